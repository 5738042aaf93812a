#include "access/grant.hpp"

#include <fmt/format.h>

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

std::string grant_command(
    const State& state, const Principal& principal, const Privilege& privilege, const AclPath& path
) {
    std::string role;
    std::string creation;
    if (const RoleId* smallest = smallest_role_with(state, privilege)) {
        role = smallest->text;
    } else {
        role = "AccessControl"; // PVE keeps names that begin with `pve`, in any case, for itself
        creation = fmt::format("pveum role add {} --privs {} && ", role, privilege.text);
    }
    return fmt::format(
        "{}pveum acl modify {} --roles {} {}", creation, path.text, role, subjects(state, principal)
    );
}

} // namespace pveform::access
