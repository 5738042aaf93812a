#include "model/state.hpp"

namespace pveform {

std::string Expiry::text() const {
    return is_never() ? "never" : format_time(seconds);
}

std::set<Privilege> State::privileges() const {
    const auto administrator = roles.find(RoleId{"Administrator"});
    return administrator == roles.end() ? std::set<Privilege>() : administrator->second.privileges;
}

bool State::exists(const Principal& principal) const {
    switch (principal.kind) {
    case PrincipalKind::user:
        return users.contains(UserId{principal.id});
    case PrincipalKind::group:
        return groups.contains(GroupId{principal.id});
    case PrincipalKind::token:
        return tokens.contains(split_token_id(principal.id));
    }
    return false;
}

std::map<UserId, std::set<GroupId>> memberships(const State& state) {
    std::map<UserId, std::set<GroupId>> groups_of;
    for (const auto& [id, group] : state.groups) {
        for (const UserId& member : group.members) {
            groups_of[member].insert(id);
        }
    }
    return groups_of;
}

} // namespace pveform
