#include "desired/resolve.hpp"

#include <fmt/format.h>

namespace pveform::desired {

namespace {

/// The token with `same_as_user` replaced by the user's rows.
Token resolve_token(
    TokenDraft draft, const UserId& id, const User& user, document::Problems& problems
) {
    if (!draft.same_as_user) {
        return std::move(draft.token);
    }
    if (user.acl) {
        draft.token.acl = user.acl;
        return std::move(draft.token);
    }
    problems
        .add(
            fmt::format("`same_as_user`: `{}` has no `acl` to take over", id.text),
            *draft.same_as_user,
            id == root_user ? "root@pam needs no ACL and takes none; write the token's entries out"
                            : "write the user's `acl`, or the token's entries"
        )
        .related.push_back({user.span, "the user"});
    return std::move(draft.token);
}

} // namespace

Document resolve(Draft draft, document::Problems& problems) {
    Document document = std::move(draft.document);
    for (auto& [id, user_draft] : draft.users) {
        User& user = document.users[id] = std::move(user_draft.user);
        if (!user_draft.tokens) {
            continue;
        }
        user.tokens.emplace();
        for (auto& [name, token] : *user_draft.tokens) {
            user.tokens->emplace(name, resolve_token(std::move(token), id, user, problems));
        }
    }
    return document;
}

} // namespace pveform::desired
