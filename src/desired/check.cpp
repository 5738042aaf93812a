#include "desired/check.hpp"

#include <fmt/format.h>

#include "desired/contradictions.hpp"
#include "desired/known_names.hpp"
#include "desired/turns.hpp"

namespace pveform::desired {

namespace {

using document::Problems;

constexpr const char* membership_help =
    "write the membership in both places, or leave one of the two lists out";

/// `groups` of a user and `members` of a group, where both are written, must say the same.
void check_groups_of(
    const UserId& id, const User& user, const Document& document, Problems& problems
) {
    for (const auto& [group_id, span] : user.groups.value_or(std::map<GroupId, Span>())) {
        const auto group = document.groups.find(group_id);
        if (group == document.groups.end() || !group->second.members ||
            group->second.members->contains(id)) {
            continue;
        }
        problems
            .add(
                fmt::format(
                    "`{}` is in group `{}` here, but not among that group's `members`",
                    id.text,
                    group_id.text
                ),
                span,
                membership_help
            )
            .related.push_back({group->second.span, "the group, with `members` of its own"});
    }
}

void check_members_of(
    const GroupId& id, const Group& group, const Document& document, Problems& problems
) {
    for (const auto& [user_id, span] : group.members.value_or(std::map<UserId, Span>())) {
        const auto user = document.users.find(user_id);
        if (user == document.users.end() || !user->second.groups ||
            user->second.groups->contains(id)) {
            continue;
        }
        problems
            .add(
                fmt::format(
                    "group `{}` has `{}` as a member here, but not among that user's `groups`",
                    id.text,
                    user_id.text
                ),
                span,
                membership_help
            )
            .related.push_back({user->second.span, "the user, with `groups` of its own"});
    }
}

void check_roles_of(const std::optional<AclList>& list, Problems& problems) {
    if (!list) {
        return;
    }
    for (const AclRow& row : *list) {
        if (const auto meant = mistyped_built_in_role(row.role.text)) {
            problems.add(
                fmt::format("unknown role `{}`", row.role.text),
                row.role_span,
                fmt::format("did you mean `{}`?", *meant)
            );
        }
    }
}

/// A token with an overlap goes by two names in turn, neither of which may be another token's.
void check_turns(const UserId& id, const std::map<std::string, Token>& tokens, Problems& problems) {
    for (const auto& [name, token] : tokens) {
        if (!token.overlap) {
            continue;
        }
        for (const TokenId& turn : turns_of({id, name})) {
            const auto other = tokens.find(turn.name);
            if (other == tokens.end()) {
                continue;
            }
            problems
                .add(
                    fmt::format(
                        "token `{}` of `{}` has the name that `{}` takes in turn",
                        other->first,
                        id.text,
                        name
                    ),
                    other->second.span,
                    "give it another name, or leave `overlap` out"
                )
                .related.push_back({token.overlap->span, "this makes two names take turns"});
        }
    }
}

/// PVE accepts ACL entries of root@pam and never stores them.
void check_root(const Document& document, Problems& problems) {
    const auto root = document.users.find(root_user);
    if (root != document.users.end() && root->second.acl && !root->second.acl->empty()) {
        problems.add(
            "root@pam takes no ACL: PVE accepts the entries and drops them",
            root->second.acl->front().span,
            "leave `acl` out; root@pam may do everything already (its tokens take an `acl`)"
        );
    }
}

} // namespace

void check(const Document& document, Problems& problems) {
    for (const auto& [id, group] : document.groups) {
        check_members_of(id, group, document, problems);
        check_roles_of(group.acl, problems);
    }
    for (const auto& [id, user] : document.users) {
        check_groups_of(id, user, document, problems);
        check_roles_of(user.acl, problems);
        if (user.tokens) {
            check_turns(id, *user.tokens, problems);
            for (const auto& [name, token] : *user.tokens) {
                check_roles_of(token.acl, problems);
            }
        }
    }
    check_root(document, problems);
    check_contradictions(document, problems);
}

} // namespace pveform::desired
