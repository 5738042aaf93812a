#include "access/additions.hpp"

#include <algorithm>

namespace pveform::access {

namespace {

bool is_new(const Link& link, const UserId& user, const State& before) {
    const auto row = before.acl.find(link.key);
    if (row == before.acl.end() || (link.propagate && !row->second.propagate)) {
        return true;
    }
    if (link.key.principal.kind != PrincipalKind::group) {
        return false;
    }
    const auto group = before.groups.find(GroupId{link.key.principal.id});
    return group == before.groups.end() || !group->second.members.contains(user);
}

bool gives_any(const Link& link, const PrivilegeSet& privileges) {
    return std::ranges::any_of(privileges, [&](const Privilege& privilege) {
        return link.privileges.contains(privilege);
    });
}

} // namespace

std::vector<Addition> additions_behind(
    const Difference& difference,
    const Affected& affected,
    const Shift& shift,
    const State& before,
    const State& after
) {
    const PrivilegeSet& lost = difference.sets[shift.lost_by_addition];
    const Principal& example = affected.principals.front();
    const auto [held, is_root, links, own, of_user] =
        explain(after, example, example_path(difference, affected, shift));
    std::vector<Addition> additions;
    for (const Link& displaced : links) {
        if (!gives_any(displaced, lost)) {
            continue;
        }
        for (const std::size_t index : displaced.by) {
            const Link& added = links[index];
            const Addition one{added.key, displaced.key, displaced.standing};
            if (is_new(added, user_behind(example), before) &&
                std::ranges::find(additions, one) == additions.end()) {
                additions.push_back(one);
            }
        }
    }
    return additions;
}

} // namespace pveform::access
