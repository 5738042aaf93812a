#include "plan/rehearsal.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <type_traits>
#include <utility>

#include "model/acl_path.hpp"
#include "model/object_paths.hpp"

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

/// Guests that are in the same pools, and storages that are, before and after. Each list is sorted,
/// as paths are.
std::vector<std::vector<std::string>> members_by_pools(const State& before, const State& after) {
    using Pools = std::set<std::pair<bool, PoolId>>; // whether it is after, and which
    std::map<std::string, Pools> pools_of;
    for (const State* state : {&before, &after}) {
        const bool is_after = state == &after;
        for (const auto& [path, pools] : pools_by_member(*state)) {
            for (const PoolId& pool : pools) {
                pools_of[path].emplace(is_after, pool);
            }
        }
    }
    std::map<std::pair<bool, Pools>, std::vector<std::string>> kinds;
    for (const auto& [path, pools] : pools_of) {
        const bool is_storage = member_kind(path) == MemberKind::storage;
        kinds[{is_storage, pools}].push_back(path);
    }
    std::vector<std::vector<std::string>> members;
    for (auto& [kind, paths] : kinds) {
        members.push_back(std::move(paths));
    }
    return members;
}

/// What, in one state, the access of somebody without entries of their own follows from.
struct Membership {
    std::set<GroupId> groups;
    bool user_can_log_in = false;
    bool token_is_alive = false;
    bool privilege_separation = false;
    friend auto operator<=>(const Membership&, const Membership&) = default;
};

Membership membership_of(
    const Principal& principal, const State& state, std::set<GroupId> groups, UnixSeconds now
) {
    const UserId user = user_behind(principal);
    Membership result{
        .groups = std::move(groups),
        .user_can_log_in = can_log_in(state, Principal::of(user), now)};
    if (principal.kind == PrincipalKind::token) {
        const auto token = state.tokens.find(split_token_id(principal.id));
        if (token != state.tokens.end()) {
            result.token_is_alive = !token->second.expire.is_over(now);
            result.privilege_separation = token->second.privilege_separation;
        }
    }
    return result;
}

/// Whether a command is about this one in particular, rather than about its groups or roles.
bool is_named_by(const Command& command, const Principal& principal) {
    const auto* acl = std::get_if<ChangeAcl>(&command);
    return acl != nullptr && std::ranges::any_of(acl->edit.principals, [&](const Principal& named) {
               return named == principal || named == Principal::of(user_behind(principal));
           });
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
      after_(after), now_(now), hidden_pools_(hidden_pools, before),
      members_(members_by_pools(before, after)) {}

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

bool Rehearsal::has_own_rows(const UserId& user, const Principal& principal) const {
    const auto has_rows = [](const View& view, const Principal& one) {
        const auto rows = view.rows_of.find(one);
        return rows != view.rows_of.end() && !rows->second.empty();
    };
    return std::ranges::any_of(
        std::array{&before_view_, &after_view_, &now_view_},
        [&](const View* view) {
            return has_rows(*view, principal) || has_rows(*view, Principal::of(user));
        }
    );
}

/// Those to whom the same happens, by all three states, come once: the first of them.
std::vector<Principal>
Rehearsal::first_of_each_kind(const std::set<Principal>& touched, const Command& command) const {
    std::vector<Principal> firsts;
    std::set<std::pair<PrincipalKind, std::array<Membership, 3>>> kinds;
    for (const Principal& principal : touched) {
        const UserId user = user_behind(principal);
        if (user == root_user || is_named_by(command, principal) || has_own_rows(user, principal)) {
            firsts.push_back(principal);
            continue;
        }
        const auto in = [&](const View& view) {
            return membership_of(principal, *view.state, view.groups_of(user), now_);
        };
        if (kinds
                .emplace(
                    principal.kind, std::array{in(before_view_), in(after_view_), in(now_view_)}
                )
                .second) {
            firsts.push_back(principal);
        }
    }
    return firsts;
}

/// As much of the present state as it takes to evaluate these principals.
State Rehearsal::excerpt(const std::vector<Principal>& principals, const Command& command) const {
    State part;
    part.release = state_.release;
    part.pools = state_.pools;
    std::set<Principal> with_rows(principals.begin(), principals.end());
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
    for (const std::vector<std::string>& members : members_) { // those without rows are all alike
        const auto without_rows = std::ranges::find_if(members, [&](const std::string& path) {
            return !paths.contains(path);
        });
        if (without_rows != members.end()) {
            paths.insert(*without_rows);
        }
    }
    return paths;
}

/// Each path by itself; guests and storages, those without entries among them, also as members of
/// the hidden pools that have entries of this principal (its paths tell) or none at all.
std::vector<Rehearsal::Place> Rehearsal::places_at(std::set<std::string> paths) const {
    std::vector<Place> places;
    if (hidden_pools_.are_possible()) {
        paths.insert({nameless_child_of(guests_root), nameless_child_of(storages_root)});
        std::vector<std::string> pools = hidden_pools_.nameless();
        std::ranges::copy_if(paths, std::back_inserter(pools), [&](const std::string& path) {
            return hidden_pools_.may_be_at(path) && !is_nameless(path);
        });
        for (const std::string& path : paths) {
            const auto kind = member_kind(path);
            if (!kind) {
                continue;
            }
            const bool is_storage = kind == MemberKind::storage;
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
        std::vector<Privilege> fresh;
        for (const auto& [privilege, propagates] : held) {
            if (!before.contains(privilege)) {
                fresh.push_back(privilege);
            }
        }
        if (fresh.empty()) {
            continue;
        }
        const auto after = active_after ? after_.privileges_in_pools(principal, path, pools)
                                        : access::Privileges();
        for (const Privilege& privilege : fresh) {
            if (!after.contains(privilege)) {
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
    const std::vector<Principal> firsts = first_of_each_kind(touched, command);
    State part = excerpt(firsts, command);
    carry_out(command, part);
    const access::Evaluator evaluator(part);
    for (const Principal& principal : firsts) {
        if (auto excess = excess_of(principal, part, evaluator)) {
            return excess;
        }
    }
    return std::nullopt;
}

std::optional<Excess> Rehearsal::loss_of(
    const Principal& principal, const Evaluated& present, const Evaluated& later, Losses losses
) const {
    const bool returns = losses == Losses::that_return;
    if (!can_log_in(present.state, principal, now_) ||
        (returns && !can_log_in(*after_view_.state, principal, now_))) {
        return std::nullopt;
    }
    const bool active_then = can_log_in(later.state, principal, now_);
    for (const auto& [path, pools] : places_at(paths_for(principal, later.state))) {
        const auto kept = active_then ? later.evaluator.privileges_in_pools(principal, path, pools)
                                      : access::Privileges();
        for (const auto& [privilege, propagates] :
             present.evaluator.privileges_in_pools(principal, path, pools)) {
            if (!kept.contains(privilege) &&
                (!returns || after_.privileges_in_pools(principal, path, pools).contains(privilege)
                )) {
                return Excess{principal, path, privilege};
            }
        }
    }
    return std::nullopt;
}

std::optional<Excess> Rehearsal::loss_after(const Command& command, Losses losses) const {
    const std::set<Principal> touched = touched_by(command);
    if (touched.empty()) {
        return std::nullopt;
    }
    const std::vector<Principal> firsts = first_of_each_kind(touched, command);
    const State now = excerpt(firsts, command);
    State then = now;
    carry_out(command, then);
    const Evaluated present(now);
    const Evaluated later(then);
    for (const Principal& principal : firsts) {
        if (auto loss = loss_of(principal, present, later, losses)) {
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
