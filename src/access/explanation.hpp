// Why somebody may do something at a path, or may not: each ACL entry that speaks of it, and what
// becomes of it on the way. Mirrors pve-access-control: src/PVE/AccessControl.pm (roles) and
// src/PVE/RPCEnvironment.pm (pools, token intersection).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/evaluator.hpp"
#include "access/privilege_sets.hpp"
#include "model/state.hpp"

namespace pveform::access {

/// What becomes of an entry.
enum class Standing {
    gives,     // its role is in force
    denies,    // NoAccess is in force: it leaves nothing of what stands beside it
    hidden,    // entries of the user itself, at the same path, hide those of groups
    replaced,  // entries at a deeper path replace it
    overruled, // NoAccess overrules it
};

[[nodiscard]] std::string_view to_string(Standing standing);

/// An entry that reaches the path, by one way. By two ways (to a guest itself, and through its
/// pool) it is listed twice.
struct Link {
    AclKey key;
    bool propagate = true;
    std::optional<PoolId> pool; // through which it reaches the path
    Standing standing = Standing::gives;
    std::vector<std::size_t> by; // what hides, replaces or overrules it, in `Explanation::links`
    PrivilegeSet privileges;     // of its role
    PrivilegeSet after_removal;  // what would be held without it
};

struct Explanation {
    Privileges held;
    bool is_root = false; // holds everything, whatever the entries say
    std::vector<Link> links;
    /// Of a token with privilege separation: what it would hold by its own entries, and what its
    /// user holds; it holds what both do. For one of root@pam its own entries alone count.
    std::optional<PrivilegeSet> own = {};
    std::optional<PrivilegeSet> of_user = {};
};

/// For a user or a token. Whether it can log in is not considered, as in PVE.
[[nodiscard]] Explanation
explain(const State& state, const Principal& principal, const std::string& path);

/// As much of a state as the access of one user or token follows from; without pools at which
/// nothing could come through to it.
[[nodiscard]] State excerpt(const State& state, const Principal& principal);

} // namespace pveform::access
