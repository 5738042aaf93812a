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

namespace {

void remove_rows_of(const Principal& principal, std::map<AclKey, AclGrant>& acl) {
    std::erase_if(acl, [&](const auto& row) { return row.first.principal == principal; });
}

} // namespace

void State::remove(const UserId& user) {
    std::erase_if(tokens, [&](const auto& token) { return token.first.user == user; });
    for (auto& [id, group] : groups) {
        group.members.erase(user);
    }
    std::erase_if(acl, [&](const auto& row) {
        const Principal& principal = row.first.principal;
        return principal == Principal::of(user) || (principal.kind == PrincipalKind::token &&
                                                    split_token_id(principal.id).user == user);
    });
    users.erase(user);
}

void State::remove(const TokenId& token) {
    remove_rows_of(Principal::of(token), acl);
    tokens.erase(token);
}

void State::remove(const GroupId& group) {
    remove_rows_of(Principal::of(group), acl);
    groups.erase(group);
}

void State::remove(const RoleId& role) {
    std::erase_if(acl, [&](const auto& row) { return row.first.role == role; });
    roles.erase(role);
}

bool can_log_in(const State& state, const Principal& principal, UnixSeconds now) {
    if (principal.kind == PrincipalKind::token) {
        const auto token = state.tokens.find(split_token_id(principal.id));
        if (token == state.tokens.end() || token->second.expire.is_over(now)) {
            return false;
        }
    }
    const auto user = state.users.find(user_behind(principal));
    return user != state.users.end() && user->second.enabled && !user->second.expire.is_over(now);
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
