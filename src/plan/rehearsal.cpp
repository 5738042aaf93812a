#include "plan/rehearsal.hpp"

#include <algorithm>
#include <iterator>
#include <type_traits>

#include "model/acl_path.hpp"

namespace pveform::plan {

namespace {

/// The groups that a command names for its user, if it does.
std::set<GroupId> named_groups(const Command& command) {
    const UserEdit* fields = nullptr;
    if (const auto* create = std::get_if<CreateUser>(&command)) {
        fields = &create->fields;
    } else if (const auto* update = std::get_if<UpdateUser>(&command)) {
        fields = &update->fields;
    }
    return fields != nullptr && fields->groups ? *fields->groups : std::set<GroupId>();
}

/// The roles that a command grants, removes or changes.
std::set<RoleId> named_roles(const Command& command) {
    if (const auto* acl = std::get_if<ChangeAcl>(&command)) {
        return acl->edit.roles;
    }
    if (const auto* role = std::get_if<SetRolePrivileges>(&command)) {
        return {role->id};
    }
    if (const auto* role = std::get_if<DestroyRole>(&command)) {
        return {role->id};
    }
    return {};
}

} // namespace

Rehearsal::View::View(const State& shown) : state(&shown), groups(memberships(shown)) {
    for (const auto& [key, grant] : shown.acl) {
        rows_of[key.principal].insert(key);
    }
}

std::set<GroupId> Rehearsal::View::groups_of(const UserId& user) const {
    const auto found = groups.find(user);
    return found == groups.end() ? std::set<GroupId>() : found->second;
}

void Rehearsal::View::forget(const DestroyToken& command) {
    rows_of.erase(Principal::of(command.id));
}

void Rehearsal::View::forget(const DestroyUser& command) {
    rows_of.erase(Principal::of(command.id));
    for (auto it = state->tokens.lower_bound(TokenId{command.id, {}});
         it != state->tokens.end() && it->first.user == command.id;
         ++it) {
        rows_of.erase(Principal::of(it->first));
    }
    groups.erase(command.id);
}

void Rehearsal::View::forget(const DestroyGroup& command) {
    rows_of.erase(Principal::of(command.id));
    for (const UserId& member : state->groups.at(command.id).members) {
        groups[member].erase(command.id);
    }
}

void Rehearsal::View::forget(const DestroyRole& command) {
    for (auto& [principal, rows] : rows_of) {
        std::erase_if(rows, [&](const AclKey& key) { return key.role == command.id; });
    }
}

Rehearsal::Rehearsal(
    const State& before, const State& after, UnixSeconds now, const std::set<AclPath>& hidden_pools
)
    : state_(before), now_view_(state_), before_view_(before), after_view_(after), before_(before),
      after_(after), now_(now), hidden_pools_(hidden_pools, before) {}

void Rehearsal::add_with_tokens(const UserId& user, std::set<Principal>& touched) const {
    if (user != root_user) { // who may do everything; its tokens may not
        touched.insert(Principal::of(user));
    }
    for (auto it = state_.tokens.lower_bound(TokenId{user, {}});
         it != state_.tokens.end() && it->first.user == user;
         ++it) {
        touched.insert(Principal::of(it->first));
    }
}

void Rehearsal::add_with_members(const Principal& principal, std::set<Principal>& touched) const {
    switch (principal.kind) {
    case PrincipalKind::user:
        add_with_tokens(UserId{principal.id}, touched);
        return;
    case PrincipalKind::token:
        touched.insert(principal);
        return;
    case PrincipalKind::group:
        const auto group = state_.groups.find(GroupId{principal.id});
        if (group != state_.groups.end()) {
            for (const UserId& member : group->second.members) {
                add_with_tokens(member, touched);
            }
        }
        return;
    }
}

std::set<Principal> Rehearsal::touched_by(const Command& command) const {
    std::set<Principal> touched;
    std::visit(
        [&](const auto& one) {
            using T = std::decay_t<decltype(one)>;
            if constexpr (std::is_same_v<T, CreateUser> || std::is_same_v<T, UpdateUser>) {
                add_with_tokens(one.id, touched);
            } else if constexpr (std::is_same_v<T, IssueToken> || std::is_same_v<T, UpdateToken>) {
                touched.insert(Principal::of(one.id));
            } else if constexpr (std::is_same_v<T, ChangeAcl>) {
                for (const Principal& principal : one.edit.principals) {
                    add_with_members(principal, touched);
                }
            } else if constexpr (std::is_same_v<T, DestroyGroup>) {
                add_with_members(Principal::of(one.id), touched);
            } else if constexpr (std::is_same_v<T, SetRolePrivileges> || std::is_same_v<T, DestroyRole>) {
                for (const auto& [key, grant] : state_.acl) {
                    if (key.role == one.id) {
                        add_with_members(key.principal, touched);
                    }
                }
            }
            // Nobody holds a role or is in a group that is new; nothing is left of a user or a
            // token that is destroyed.
        },
        command
    );
    return touched;
}

/// As much of the present state as it takes to evaluate these principals.
State Rehearsal::excerpt(const std::set<Principal>& principals, const Command& command) const {
    State part;
    part.release = state_.release;
    part.pools = state_.pools;
    std::set<Principal> with_rows = principals;
    for (const Principal& principal : principals) {
        const UserId user = user_behind(principal);
        if (const auto found = state_.users.find(user); found != state_.users.end()) {
            part.users.insert(*found);
        }
        with_rows.insert(Principal::of(user));
        if (principal.kind == PrincipalKind::token) {
            if (const auto token = state_.tokens.find(split_token_id(principal.id));
                token != state_.tokens.end()) {
                part.tokens.insert(*token);
            }
        }
        for (const GroupId& group : now_view_.groups_of(user)) {
            part.groups[group].members.insert(user);
        }
    }
    for (const GroupId& group : named_groups(command)) {
        part.groups[group];
    }
    for (const auto& [group, members] : part.groups) {
        with_rows.insert(Principal::of(group));
    }
    std::set<RoleId> roles = named_roles(command);
    for (const Principal& principal : with_rows) {
        if (const auto rows = now_view_.rows_of.find(principal); rows != now_view_.rows_of.end()) {
            for (const AclKey& key : rows->second) {
                part.acl.insert(*state_.acl.find(key));
                roles.insert(key.role);
            }
        }
    }
    for (const RoleId& role : roles) {
        if (const auto found = state_.roles.find(role); found != state_.roles.end()) {
            part.roles.insert(*found);
        }
    }
    return part;
}

/// Every path at which the answer for this principal can differ from that of the paths around it,
/// in any of the three states.
std::set<std::string> Rehearsal::paths_for(const Principal& principal, const State& excerpt) const {
    const UserId user = user_behind(principal);
    std::set<Principal> sources = {principal, Principal::of(user)};
    for (const View* view : {&before_view_, &after_view_, &now_view_}) {
        for (const GroupId& group : view->groups_of(user)) {
            sources.insert(Principal::of(group));
        }
    }
    for (const auto& [group, members] : excerpt.groups) {
        if (members.members.contains(user)) {
            sources.insert(Principal::of(group));
        }
    }
    std::set<std::string> paths = {"/"};
    for (const Principal& source : sources) {
        for (const View* view : {&before_view_, &after_view_}) {
            if (const auto rows = view->rows_of.find(source); rows != view->rows_of.end()) {
                for (const AclKey& key : rows->second) {
                    paths.insert(key.path.text);
                    paths.insert(nameless_child_of(key.path.text));
                }
            }
        }
    }
    for (const auto& [id, pool] : excerpt.pools) {
        for (const std::uint32_t guest : pool.guests) {
            paths.insert("/vms/" + std::to_string(guest));
        }
        for (const std::string& storage : pool.storages) {
            paths.insert("/storage/" + storage);
        }
    }
    return paths;
}

/// Each path by itself; guests and storages, those without entries among them, also as members of
/// the hidden pools that have entries of this principal (its paths tell) or none at all.
std::vector<Rehearsal::Place> Rehearsal::places_at(std::set<std::string> paths) const {
    std::vector<Place> places;
    if (hidden_pools_.are_possible()) {
        paths.insert({"/vms/~", "/storage/~"});
        std::vector<std::string> pools = hidden_pools_.nameless();
        std::ranges::copy_if(paths, std::back_inserter(pools), [&](const std::string& path) {
            return hidden_pools_.may_be_at(path) && !path.ends_with("/~");
        });
        for (const std::string& path : paths) {
            const bool is_storage = path.starts_with("/storage/");
            if (!is_storage && !path.starts_with("/vms/")) {
                continue;
            }
            for (auto one = pools.begin(); one != pools.end(); ++one) {
                places.push_back({path, {*one}});
                for (auto other = std::next(one); is_storage && other != pools.end(); ++other) {
                    places.push_back({path, {*one, *other}});
                }
            }
        }
    }
    for (const std::string& path : paths) {
        places.push_back({path, {}});
    }
    return places;
}

std::optional<Excess> Rehearsal::excess_of(
    const Principal& principal, const State& excerpt, const access::Evaluator& evaluator
) const {
    if (!can_log_in(excerpt, principal, now_)) {
        return std::nullopt;
    }
    const bool active_before = can_log_in(*before_view_.state, principal, now_);
    const bool active_after = can_log_in(*after_view_.state, principal, now_);
    for (const auto& [path, pools] : places_at(paths_for(principal, excerpt))) {
        const access::Privileges held = evaluator.privileges_in_pools(principal, path, pools);
        if (held.empty()) {
            continue;
        }
        const auto before = active_before ? before_.privileges_in_pools(principal, path, pools)
                                          : access::Privileges();
        const auto after = active_after ? after_.privileges_in_pools(principal, path, pools)
                                        : access::Privileges();
        for (const auto& [privilege, propagates] : held) {
            if (!before.contains(privilege) && !after.contains(privilege)) {
                return Excess{principal, path, privilege};
            }
        }
    }
    return std::nullopt;
}

std::optional<Excess> Rehearsal::excess_after(const Command& command) const {
    const std::set<Principal> touched = touched_by(command);
    if (touched.empty()) {
        return std::nullopt;
    }
    State part = excerpt(touched, command);
    carry_out(command, part);
    const access::Evaluator evaluator(part);
    for (const Principal& principal : touched) {
        if (auto excess = excess_of(principal, part, evaluator)) {
            return excess;
        }
    }
    return std::nullopt;
}

std::optional<Excess>
Rehearsal::loss_of(const Principal& principal, const State& present, const State& later) const {
    if (!can_log_in(present, principal, now_)) {
        return std::nullopt;
    }
    const access::Evaluator now(present);
    const access::Evaluator then(later);
    const bool active_then = can_log_in(later, principal, now_);
    for (const auto& [path, pools] : places_at(paths_for(principal, later))) {
        const auto kept =
            active_then ? then.privileges_in_pools(principal, path, pools) : access::Privileges();
        for (const auto& [privilege, propagates] :
             now.privileges_in_pools(principal, path, pools)) {
            if (!kept.contains(privilege)) {
                return Excess{principal, path, privilege};
            }
        }
    }
    return std::nullopt;
}

std::optional<Excess> Rehearsal::loss_after(const Command& command) const {
    const std::set<Principal> touched = touched_by(command);
    const State present = excerpt(touched, command);
    State later = present;
    if (!touched.empty()) {
        carry_out(command, later);
    }
    for (const Principal& principal : touched) {
        if (auto loss = loss_of(principal, present, later)) {
            return loss;
        }
    }
    return std::nullopt;
}

void Rehearsal::take(const Command& command) {
    std::visit([&](const auto& one) { now_view_.forget(one); }, command);
    carry_out(command, state_);
    if (const auto* acl = std::get_if<ChangeAcl>(&command)) {
        for (const Principal& principal : acl->edit.principals) {
            for (const RoleId& role : acl->edit.roles) {
                const AclKey key{acl->edit.path, principal, role};
                if (acl->edit.remove) {
                    now_view_.rows_of[principal].erase(key);
                } else {
                    now_view_.rows_of[principal].insert(key);
                }
            }
        }
    } else if (const auto* create = std::get_if<CreateUser>(&command)) {
        refresh_groups_of(create->id);
    } else if (const auto* update = std::get_if<UpdateUser>(&command)) {
        refresh_groups_of(update->id);
    }
}

void Rehearsal::refresh_groups_of(const UserId& user) {
    std::set<GroupId>& groups = now_view_.groups[user];
    groups.clear();
    for (const auto& [id, group] : state_.groups) {
        if (group.members.contains(user)) {
            groups.insert(id);
        }
    }
}

} // namespace pveform::plan
