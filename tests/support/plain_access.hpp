// PVE's permission algorithm once more: written down as the facts state it, slow and obvious, to
// hold the plans to something that is not their own code.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/state.hpp"

namespace pveform::test {

class PlainAccess {
public:
    explicit PlainAccess(const State& state) : state_(state) {}

    /// Privilege → propagate flag.
    [[nodiscard]] std::map<std::string, bool>
    privileges(const Principal& who, const std::string& path) const {
        std::map<std::string, bool> held;
        if (who.id == "root@pam") {
            for (const auto& [id, role] : state_.roles) {
                for (const Privilege& privilege : role.privileges) {
                    held[privilege.text] = true;
                }
            }
            return held;
        }
        if (who.kind == PrincipalKind::token) {
            const auto token = state_.tokens.find(split_token_id(who.id));
            if (token == state_.tokens.end()) {
                return {};
            }
            if (!token->second.privilege_separation) {
                return privileges(owner_of(who), path);
            }
        }
        std::map<std::string, bool> roles = roles_at(who, path);
        std::map<std::string, bool> through_pools;
        for (const auto& [id, pool] : state_.pools) {
            if (is_member(pool, path)) {
                through_pools.merge(roles_at(who, "/pool/" + id.text));
            }
        }
        if (!through_pools.empty() && !roles.contains("NoAccess")) {
            if (through_pools.contains("NoAccess")) {
                roles = {{"NoAccess", false}};
            } else {
                for (const auto& [role, flag] : through_pools) {
                    roles.try_emplace(role, false);
                }
            }
        }
        for (const auto& [role, flag] : roles) {
            for (const Privilege& privilege : state_.roles.at(RoleId{role}).privileges) {
                held[privilege.text] = held[privilege.text] || flag;
            }
        }
        if (who.kind == PrincipalKind::token && owner_of(who).id != "root@pam") {
            const auto owners = privileges(owner_of(who), path);
            std::erase_if(held, [&](const auto& one) { return !owners.contains(one.first); });
            for (auto& [privilege, flag] : held) {
                flag = flag && owners.at(privilege);
            }
        }
        return held;
    }

private:
    [[nodiscard]] static Principal owner_of(const Principal& token) {
        return Principal::of(split_token_id(token.id).user);
    }

    [[nodiscard]] static bool is_member(const Pool& pool, const std::string& path) {
        for (const std::uint32_t guest : pool.guests) {
            if (path == "/vms/" + std::to_string(guest)) {
                return true;
            }
        }
        for (const std::string& storage : pool.storages) {
            if (path == "/storage/" + storage) {
                return true;
            }
        }
        return false;
    }

    /// `/a/b` → `/`, `/a`, `/a/b`.
    [[nodiscard]] static std::vector<std::string> levels(const std::string& path) {
        std::vector<std::string> all = {"/"};
        for (std::size_t i = 1; i < path.size(); ++i) {
            if (path[i] == '/') {
                all.push_back(path.substr(0, i));
            }
        }
        if (path != "/") {
            all.push_back(path);
        }
        return all;
    }

    [[nodiscard]] std::map<std::string, bool>
    rows_at(const std::string& level, const Principal& who, bool is_last) const {
        std::map<std::string, bool> rows;
        for (const auto& [key, grant] : state_.acl) {
            const bool applies = key.path.text == level && key.principal == who &&
                                 (is_last || grant.propagate) && state_.roles.contains(key.role);
            if (applies) {
                rows[key.role.text] = grant.propagate;
            }
        }
        return rows;
    }

    [[nodiscard]] std::map<std::string, bool>
    roles_at(const Principal& who, const std::string& path) const {
        std::map<std::string, bool> current;
        for (const std::string& level : levels(path)) {
            const bool is_last = level == path;
            std::map<std::string, bool> rows = rows_at(level, who, is_last);
            if (rows.empty() && who.kind == PrincipalKind::user) {
                for (const auto& [id, group] : state_.groups) {
                    if (group.members.contains(UserId{who.id})) {
                        rows.merge(rows_at(level, Principal::of(id), is_last));
                    }
                }
            }
            if (!rows.empty()) {
                current = rows;
            }
        }
        if (current.contains("NoAccess")) {
            return {{"NoAccess", current.at("NoAccess")}};
        }
        return current;
    }

    const State& state_;
};

} // namespace pveform::test
