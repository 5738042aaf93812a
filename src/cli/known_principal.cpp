#include "cli/known_principal.hpp"

#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"

namespace pveform::cli {

Result<Principal> known_principal(const std::string& id, const State& state) {
    const Principal principal = user_or_token(id);
    if (state.exists(principal) || principal == Principal::of(root_user)) {
        return principal;
    }
    std::vector<std::string> names;
    for (const auto& [user, record] : state.users) {
        names.push_back(user.text);
    }
    for (const auto& [token, record] : state.tokens) {
        names.push_back(token.text());
    }
    const auto meant = closest_match(id, names);
    const bool is_group = state.groups.contains(GroupId{id.substr(id.starts_with('@') ? 1 : 0)});
    return std::unexpected(usage_error(
        fmt::format("there is no user or token `{}` in the cluster", printable(id)),
        is_group ? "a group holds nothing itself: ask about one of its members"
        : meant  ? fmt::format("did you mean `{}`?", *meant)
                 : std::string("write USER@REALM or USER@REALM!TOKEN, as the cluster has it")
    ));
}

} // namespace pveform::cli
