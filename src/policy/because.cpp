#include "policy/because.hpp"

#include <fmt/format.h>

#include "access/explanation.hpp"

namespace pveform::policy {

namespace {

using access::Explanation;
using access::Link;
using access::Standing;

/// What keeps an entry from giving its role.
std::string obstacle_in_words(const Link& link, const Explanation& explanation) {
    switch (link.standing) {
    case Standing::gives:
    case Standing::denies:
        return {};
    case Standing::hidden:
        return ", hidden by entries of the user itself";
    case Standing::replaced:
        return fmt::format(
            ", replaced by the entry at `{}`", explanation.links[link.by.front()].key.path.text
        );
    case Standing::overruled:
        return ", overruled by `NoAccess`";
    }
    return {};
}

std::string in_words(const Link& link, const Explanation& explanation) {
    return fmt::format(
        "`{}`: role `{}` of `{}`{}{}",
        link.key.path.text,
        link.key.role.text,
        link.key.principal.text(),
        link.pool ? fmt::format(", through pool `{}`", link.pool->text) : "",
        obstacle_in_words(link, explanation)
    );
}

/// The entries of the token alone, or all others.
void add_entries(
    std::vector<std::string>& lines,
    const Explanation& explanation,
    const Principal& holder,
    const std::string& path
) {
    const bool is_token = holder.kind == PrincipalKind::token;
    const std::size_t count = lines.size();
    for (const Link& link : explanation.links) {
        if ((link.key.principal.kind == PrincipalKind::token) == is_token) {
            lines.push_back(in_words(link, explanation));
        }
    }
    if (lines.size() == count) {
        lines.push_back(fmt::format("no entry for `{}` reaches `{}`", holder.text(), path));
    }
}

} // namespace

std::vector<std::string> because(
    const State& state,
    const Principal& principal,
    const std::string& path,
    const std::string& shown_path
) {
    const Explanation explanation = access::explain(state, principal, path);
    const Principal user = Principal::of(user_behind(principal));
    std::vector<std::string> lines;
    const bool is_separated = principal.kind == PrincipalKind::token &&
                              state.tokens.at(split_token_id(principal.id)).privilege_separation;
    if (principal.kind == PrincipalKind::token && !is_separated) {
        lines.push_back(
            fmt::format("without privilege separation it has all rights of `{}`", user.id)
        );
    }
    if (is_separated) {
        add_entries(lines, explanation, principal, shown_path);
    }
    if (explanation.is_root) {
        lines.emplace_back("`root@pam` may do everything");
    } else if (user != Principal::of(root_user)) {
        if (is_separated) {
            lines.push_back(fmt::format("and no more than `{}` has:", user.id));
        }
        add_entries(lines, explanation, user, shown_path);
    }
    return lines;
}

} // namespace pveform::policy
