// What a document owns beyond what it declares, and the border that it never crosses
// (design: ownership).
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "desired/declared.hpp"
#include "model/acl_path.hpp"
#include "model/glob.hpp"
#include "model/ids.hpp"
#include "model/state.hpp"

namespace pveform::desired {

using Globs = std::vector<Declared<Glob>>;

/// The hard border. A kind that a written scope leaves out is outside altogether; tokens are where
/// their users are.
struct Scope {
    Span span;
    Globs users;
    Globs groups;
    Globs roles;
    std::vector<Declared<PathGlob>> acl;

    // Of an ACL row, its path decides: a grant at a path is a matter of those who own the path.
    [[nodiscard]] bool contains(const UserId& id) const;
    [[nodiscard]] bool contains(const TokenId& id) const;
    [[nodiscard]] bool contains(const GroupId& id) const;
    [[nodiscard]] bool contains(const RoleId& id) const;
    [[nodiscard]] bool contains(const AclKey& key) const;
};

/// Of one kind of object. `ignore` beats `prune`; `protect` refuses destruction.
struct Owned {
    Globs prune;
    Globs ignore;
    Globs protect;
};

/// Rows of the ACL by path, by principal, or by both.
struct AclPattern {
    Span span;
    std::optional<PathGlob> path;
    std::optional<Glob> principal; // as documents write it: `alice@pve`, `@ops-*`, `*@pve!*`

    [[nodiscard]] bool matches(const AclPath& row_path, const Principal& row_principal) const;
};

struct OwnedAcl {
    std::vector<AclPattern> prune;
    std::vector<AclPattern> ignore;
};

/// What happens to users that `prune` matches.
enum class PruneAction { destroy, disable };

struct Manage {
    Owned users;
    Owned tokens; // patterns of full token ids
    Owned groups;
    Owned roles;
    OwnedAcl acl;
    PruneAction user_action = PruneAction::destroy;
};

/// Destroyed where they still exist.
struct Absent {
    std::map<UserId, Span> users;
    std::map<TokenId, Span> tokens;
    std::map<GroupId, Span> groups;
    std::map<RoleId, Span> roles;
};

struct RealmRule {
    Span span;
    bool synced = false; // users and groups come from a directory: never created or destroyed here
};

/// How much a plan may take away without being told to.
struct Limits {
    Declared<std::size_t> destroy{5, {}};
    Declared<std::size_t> acl_removals{10, {}};
};

} // namespace pveform::desired
