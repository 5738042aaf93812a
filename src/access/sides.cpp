#include "access/sides.hpp"

#include <algorithm>

namespace pveform::access {

View::View(const State& state, UnixSeconds now, Shared& shared)
    : state_(state), now_(now), everything_(shared.sets.number(state.privileges())) {
    std::map<RoleId, Number> roles;
    for (const auto& [id, role] : state.roles) {
        roles[id] =
            shared.roles.of({id, shared.sets.number(role.privileges), id.text == "NoAccess"});
    }
    std::map<Principal, Rows> rows;
    const std::string* path = nullptr;
    Node node = 0;
    for (const auto& [key, grant] : state.acl) { // by path
        const auto role = roles.find(key.role);
        if (role == roles.end()) {
            continue; // PVE drops such rows when it reads its file
        }
        if (path == nullptr || *path != key.path.text) {
            path = &key.path.text;
            node = shared.tree.find(*path);
        }
        rows[key.principal].push_back({node, role->second, grant.propagate});
    }
    for (auto& [principal, list] : rows) {
        std::ranges::sort(list);
        lists_[principal] = shared.lists.of(list);
    }
    for (const auto& [id, group] : state.groups) {
        if (const Number list = list_of(Principal::of(id)); list != 0) {
            for (const UserId& member : group.members) {
                groups_of_[member].push_back(list);
            }
        }
    }
    for (auto& [user, lists] : groups_of_) {
        std::ranges::sort(lists);
    }
}

Number View::list_of(const Principal& principal) const {
    const auto list = lists_.find(principal);
    return list == lists_.end() ? 0 : list->second;
}

Source View::source_of(const UserId& user) const {
    Source source{.own = list_of(Principal::of(user))};
    if (const auto groups = groups_of_.find(user); groups != groups_of_.end()) {
        source.groups = groups->second;
    }
    return source;
}

Side View::side_of(const Principal& principal) const {
    if (!can_log_in(state_, principal, now_)) {
        return {};
    }
    const UserId user = user_behind(principal);
    const bool is_separated = principal.kind == PrincipalKind::token &&
                              state_.tokens.at(split_token_id(principal.id)).privilege_separation;
    if (!is_separated) {
        return user == root_user ? Side{.is_everything = true} : Side{.sources = {source_of(user)}};
    }
    Side side{.sources = {Source{.is_token = true, .own = list_of(principal)}}};
    if (user != root_user) {
        side.sources.push_back(source_of(user));
    }
    return side;
}

} // namespace pveform::access
