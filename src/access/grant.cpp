#include "access/grant.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <ranges>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"

namespace pveform::access {

namespace {

/// The role that has the privilege and the fewest others; null if only Administrator has it.
const RoleId* smallest_role_with(const State& state, const Privilege& privilege) {
    const RoleId* smallest = nullptr;
    std::size_t size = 0;
    for (const auto& [id, role] : state.roles) {
        const bool fits = id.text != "Administrator" && role.privileges.contains(privilege);
        if (fits && (smallest == nullptr || role.privileges.size() < size)) {
            smallest = &id;
            size = role.privileges.size();
        }
    }
    return smallest;
}

/// `SysModify`: for a role that has `Sys.Modify` and nothing else, so that nobody gets at one path
/// what is missing at another. PVE keeps names that begin with `pve`, in any case, for itself.
std::string free_name_for(const State& state, const Privilege& privilege) {
    std::string stem = privilege.text;
    std::erase(stem, '.');
    std::string name = stem;
    for (int number = 2; state.roles.contains(RoleId{name}); ++number) {
        name = fmt::format("{}{}", stem, number);
    }
    return name;
}

/// The roles of a user or token, or of the user's groups, whose entries stand right there and are
/// heeded there or (`inherited`) below.
RoleNames
roles_at(const State& state, const Principal& who, const std::string& path, bool inherited) {
    RoleNames own;
    RoleNames of_groups;
    for (const auto& [key, grant] : state.acl) {
        if (key.path.text != path || (inherited && !grant.propagate)) {
            continue;
        }
        if (key.principal == who) {
            own.insert(key.role.text);
        } else if (who.kind == PrincipalKind::user && key.principal.kind == PrincipalKind::group) {
            const auto group = state.groups.find(GroupId{key.principal.id});
            if (group != state.groups.end() && group->second.members.contains(UserId{who.id})) {
                of_groups.insert(key.role.text);
            }
        }
    }
    return own.empty() ? of_groups : own;
}

bool gives(const State& state, const RoleNames& roles, const Privilege& privilege) {
    return std::ranges::any_of(roles, [&](const std::string& name) {
        const auto role = state.roles.find(RoleId{name});
        return role != state.roles.end() && role->second.privileges.contains(privilege);
    });
}

/// Who has to have a right so that the principal holds it: a token with privilege separation holds
/// what its user holds as well.
std::vector<Principal> holders_for(const State& state, const Principal& principal) {
    if (principal.kind != PrincipalKind::token) {
        return {principal};
    }
    const TokenId id = split_token_id(principal.id);
    const auto token = state.tokens.find(id);
    const bool is_separated = token == state.tokens.end() || token->second.privilege_separation;
    std::vector<Principal> holders = {Principal::of(id.user)};
    if (is_separated) {
        holders.push_back(principal);
    }
    return holders;
}

/// What is missing to each, role by role, at one path.
class Grants {
public:
    Grants(const State& state, const Principal& principal)
        : state_(state), holders_(holders_for(state, principal)) {}

    void add(const Privilege& privilege, const AclPath& path) {
        for (const Principal& holder : holders_) {
            const RoleNames held = roles_that_reach(state_, holder, path);
            if (holder == Principal::of(root_user) || gives(state_, held, privilege)) {
                continue;
            }
            RoleNames& roles = roles_[path.text][holder];
            roles.insert(held.begin(), held.end());
            roles.insert(role_for(privilege));
        }
    }

    [[nodiscard]] std::vector<std::string> commands() const {
        std::vector<std::string> commands;
        std::ranges::copy(creations_ | std::views::values, std::back_inserter(commands));
        for (const auto& [path, roles_of] : roles_) {
            std::map<RoleNames, std::string> whom; // those who get the same in one command
            for (const auto& [holder, roles] : roles_of) {
                const bool is_token = holder.kind == PrincipalKind::token;
                whom[roles] +=
                    fmt::format(" {} '{}'", is_token ? "--tokens" : "--users", holder.id);
            }
            for (const auto& [roles, flags] : whom) {
                commands.push_back(fmt::format(
                    "pveum acl modify {} --roles {}{}",
                    path,
                    join({roles.begin(), roles.end()}, ","),
                    flags
                ));
            }
        }
        return commands;
    }

private:
    std::string role_for(const Privilege& privilege) {
        if (const RoleId* known = smallest_role_with(state_, privilege)) {
            return known->text;
        }
        std::string role = free_name_for(state_, privilege);
        creations_[role] = fmt::format("pveum role add {} --privs {}", role, privilege.text);
        return role;
    }

    const State& state_;
    std::vector<Principal> holders_;
    std::map<std::string, std::string> creations_; // by role
    std::map<std::string, std::map<Principal, RoleNames>> roles_;
};

} // namespace

RoleNames roles_that_reach(const State& state, const Principal& who, const AclPath& at) {
    std::string path = at.text;
    RoleNames roles = roles_at(state, who, path, false);
    while (roles.empty() && path != "/") {
        path = path.substr(0, std::max<std::size_t>(path.rfind('/'), 1));
        roles = roles_at(state, who, path, true);
    }
    roles.erase("NoAccess"); // it would overrule what is new
    return roles;
}

std::vector<std::string> grant_commands(
    const State& state, const Principal& principal, const std::vector<MissingRight>& rights
) {
    Grants grants(state, principal);
    for (const auto& [privilege, path] : rights) {
        grants.add(privilege, path);
    }
    return grants.commands();
}

std::string grant_command(
    const State& state, const Principal& principal, const Privilege& privilege, const AclPath& path
) {
    return join(grant_commands(state, principal, {{privilege, path}}), " && ");
}

} // namespace pveform::access
