#include "policy/upper_bound.hpp"

#include <algorithm>

namespace pveform::policy {

UpperBound::UpperBound(const State& state) : state_(state), groups_of_(memberships(state)) {
    for (const auto& [key, grant] : state.acl) {
        roles_[key.principal].insert(key.role);
    }
}

bool UpperBound::has_entry_with_any(
    const Principal& principal, const std::set<Privilege>& privileges
) const {
    const auto roles = roles_.find(principal);
    return roles != roles_.end() && std::ranges::any_of(roles->second, [&](const RoleId& id) {
               const auto role = state_.roles.find(id);
               return role != state_.roles.end() &&
                      std::ranges::any_of(privileges, [&](const Privilege& privilege) {
                          return role->second.privileges.contains(privilege);
                      });
           });
}

bool UpperBound::may_hold_any(const Principal& principal, const std::set<Privilege>& privileges)
    const {
    if (principal.kind == PrincipalKind::token) {
        const auto token = state_.tokens.find(split_token_id(principal.id));
        if (token != state_.tokens.end() && token->second.privilege_separation) {
            return has_entry_with_any(principal, privileges);
        }
    }
    const UserId user = user_behind(principal);
    if (user == root_user || has_entry_with_any(Principal::of(user), privileges)) {
        return true;
    }
    const auto groups = groups_of_.find(user);
    return groups != groups_of_.end() &&
           std::ranges::any_of(groups->second, [&](const GroupId& group) {
               return has_entry_with_any(Principal::of(group), privileges);
           });
}

} // namespace pveform::policy
