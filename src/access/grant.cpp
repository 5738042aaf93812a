#include "access/grant.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <ranges>

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

std::string subjects(const State& state, const Principal& principal) {
    if (principal.kind != PrincipalKind::token) {
        return fmt::format("--users '{}'", principal.id);
    }
    const TokenId id = split_token_id(principal.id);
    const auto token = state.tokens.find(id);
    const bool is_separated = token == state.tokens.end() || token->second.privilege_separation;
    return is_separated ? fmt::format("--users '{}' --tokens '{}'", id.user.text, principal.id)
                        : fmt::format("--users '{}'", id.user.text);
}

} // namespace

std::vector<std::string> grant_commands(
    const State& state, const Principal& principal, const std::vector<MissingRight>& rights
) {
    std::map<std::string, std::string> creations; // by role
    std::map<std::string, std::vector<std::string>> roles_at;
    for (const auto& [privilege, path] : rights) {
        const RoleId* known = smallest_role_with(state, privilege);
        const std::string role = known != nullptr ? known->text : free_name_for(state, privilege);
        if (known == nullptr) {
            creations[role] = fmt::format("pveum role add {} --privs {}", role, privilege.text);
        }
        auto& roles = roles_at[path.text];
        if (std::ranges::find(roles, role) == roles.end()) {
            roles.push_back(role);
        }
    }
    std::vector<std::string> commands;
    std::ranges::copy(creations | std::views::values, std::back_inserter(commands));
    for (const auto& [path, roles] : roles_at) {
        commands.push_back(fmt::format(
            "pveum acl modify {} --roles {} {}", path, join(roles, ","), subjects(state, principal)
        ));
    }
    return commands;
}

std::string grant_command(
    const State& state, const Principal& principal, const Privilege& privilege, const AclPath& path
) {
    return join(grant_commands(state, principal, {{privilege, path}}), " && ");
}

} // namespace pveform::access
