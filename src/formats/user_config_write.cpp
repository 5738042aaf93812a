// `user.cfg` as PVE writes it: order of lines, escapes, what is left out.

#include <array>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/perl_text.hpp"
#include "formats/user_config.hpp"
#include "model/builtin_roles.hpp"

namespace pveform::formats {

namespace {

std::string joined(const std::set<std::string>& items) {
    return join({items.begin(), items.end()}, ",");
}

/// Empty for what Perl takes for false: the value `0` is lost.
std::string encoded(std::string_view text) {
    return is_true(text) ? encode_text(text) : std::string();
}

std::string_view or_nothing(std::string_view text) {
    return is_true(text) ? text : std::string_view();
}

/// An expiry that is no integer (2^64 and more) is written as it stands, and is not read again.
std::string_view expiry(const ExpiryText& expire) {
    return expire.empty() ? "0" : std::string_view(expire);
}

void write_users(const UserConfig& config, std::string& out) {
    for (const auto& [id, user] : config.users) {
        out += fmt::format(
            "user:{}:{}:{}:{}:{}:{}:{}:{}:\n",
            id,
            user.enabled ? 1 : 0,
            expiry(user.expire),
            encoded(user.first_name),
            encoded(user.last_name),
            or_nothing(user.email.value_or("")),
            encoded(user.comment),
            or_nothing(user.keys)
        );
        for (const auto& [name, token] : user.tokens) {
            out += fmt::format(
                "token:{}!{}:{}:{}:{}:\n",
                id,
                name,
                expiry(token.expire),
                token.privilege_separation ? 1 : 0,
                encoded(token.comment)
            );
        }
    }
    out += "\n";
}

void write_groups(const UserConfig& config, std::string& out) {
    for (const auto& [id, group] : config.groups) {
        out += fmt::format("group:{}:{}:{}:\n", id, joined(group.users), encoded(group.comment));
    }
    out += "\n";
}

void write_pools(const UserConfig& config, std::string& out) {
    for (const auto& [id, pool] : config.pools) {
        out += fmt::format(
            "pool:{}:{}:{}:{}:\n",
            id,
            encoded(pool.comment),
            joined(pool.guests),
            joined(pool.storages)
        );
    }
    out += "\n";
}

void write_roles(const UserConfig& config, std::string& out) {
    const auto& built_in = builtin_roles(config.release);
    for (const auto& [id, privileges] : config.roles) {
        if (!built_in.contains(RoleId{id})) {
            out += fmt::format("role:{}:{}:\n", id, joined(privileges));
        }
    }
    out += "\n";
}

/// List of roles → who holds exactly these at a path with one flag.
using Holders = std::map<std::string, std::set<std::string>>;

void collect(const Grants& grants, std::string_view prefix, std::array<Holders, 2>& holders) {
    for (const auto& [id, roles] : grants) {
        std::array<std::vector<std::string>, 2> lists;
        for (const auto& [role, propagate] : roles) {
            lists[propagate ? 1 : 0].push_back(role);
        }
        for (std::size_t flag = 0; flag < lists.size(); ++flag) {
            if (!lists[flag].empty()) {
                holders[flag][join(lists[flag], ",")].insert(std::string(prefix) + id);
            }
        }
    }
}

void write_acl(const UserConfig& config, std::string& out) {
    for (const auto& [path, node] : config.acl) {
        std::array<Holders, 2> holders;
        Grants users = node.users;
        users.erase("root@pam"); // always an administrator, never written
        collect(node.groups, "@", holders);
        collect(users, "", holders);
        collect(node.tokens, "", holders);
        for (std::size_t flag = 0; flag < holders.size(); ++flag) {
            for (const auto& [roles, ids] : holders[flag]) {
                out += fmt::format("acl:{}:{}:{}:{}:\n", flag, path, joined(ids), roles);
            }
        }
    }
}

} // namespace

std::string write_user_config(const UserConfig& config) {
    std::string out;
    write_users(config, out);
    write_groups(config, out);
    write_pools(config, out);
    write_roles(config, out);
    write_acl(config, out);
    return to_bytes(out);
}

} // namespace pveform::formats
