// user.cfg as PVE keeps it in memory: users, tokens, groups, pools, roles and ACL entries with all
// that the file can hold, also what no longer means anything.
// Mirrors pve-access-control: src/PVE/AccessControl.pm (parse_user_config, write_user_config).
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "model/release.hpp"

namespace pveform::formats {

/// An expiry as Perl would print it: digits, or an exponent where a file holds 2^64 and more. Empty
/// only for a root@pam that no line names.
using ExpiryText = std::string;

struct TokenEntry {
    bool privilege_separation = false;
    ExpiryText expire = "0";
    std::string comment;
    friend bool operator==(const TokenEntry&, const TokenEntry&) = default;
};

struct UserEntry {
    bool enabled = true;
    ExpiryText expire;
    std::string first_name;
    std::string last_name;
    std::optional<std::string> email; // present and empty where a later field of its line is not
    std::string comment;
    std::string keys;
    std::set<std::string> groups; // as far as they stood behind the user in the file
    std::map<std::string, TokenEntry> tokens;
    friend bool operator==(const UserEntry&, const UserEntry&) = default;
};

struct GroupEntry {
    std::string comment;
    std::set<std::string> users; // may name users that do not exist
    friend bool operator==(const GroupEntry&, const GroupEntry&) = default;
};

struct PoolEntry {
    std::string comment;
    std::set<std::string> guests;
    std::set<std::string> storages;
    friend bool operator==(const PoolEntry&, const PoolEntry&) = default;
};

/// Who → role → propagate flag.
using Grants = std::map<std::string, std::map<std::string, bool>>;

struct AclNode {
    Grants users;
    Grants groups; // without `@`
    Grants tokens;
    friend bool operator==(const AclNode&, const AclNode&) = default;
};

/// The order in which PVE walks its tree: a path before those below it, siblings sorted.
struct TreeOrder {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const;
};

struct UserConfig {
    Release release;
    std::map<std::string, UserEntry> users;
    std::map<std::string, GroupEntry> groups;
    std::map<std::string, std::set<std::string>> roles; // PVE's own included
    std::map<std::string, PoolEntry> pools;
    std::map<std::string, AclNode, TreeOrder> acl; // by path
    std::map<std::string, std::string> pool_of_guest;
    friend bool operator==(const UserConfig&, const UserConfig&) = default;
};

/// Every path of the ACL tree, with those that only lead to others.
[[nodiscard]] std::set<std::string> tree_nodes(const UserConfig& config);

/// The largest file that PVE's cluster file system holds.
inline constexpr std::size_t max_file_bytes = 1024 * 1024;

/// Reads as PVE does, line by line and in their order: what it ignores (an entry of a token or role
/// that does not exist, an impossible expiry) is ignored here, what it keeps is kept.
[[nodiscard]] UserConfig parse_user_config(std::string_view bytes, Release release);

/// What PVE would write. Values that it cannot keep are lost here, too: read it back to know.
[[nodiscard]] std::string write_user_config(const UserConfig& config);

} // namespace pveform::formats
