// Partial changes of objects, in the form in which PVE takes them: what is absent stays as it is.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "model/state.hpp"

namespace pveform {

struct UserEdit {
    std::optional<bool> enabled = {};
    std::optional<Expiry> expire = {};
    std::optional<std::string> first_name = {};
    std::optional<std::string> last_name = {};
    std::optional<std::string> email = {};
    std::optional<std::string> comment = {};
    std::optional<std::set<GroupId>> groups = {}; // all of them, unless `append_groups`
    bool append_groups = false;
    friend bool operator==(const UserEdit&, const UserEdit&) = default;
};

struct TokenEdit {
    std::optional<bool> privilege_separation = {};
    std::optional<Expiry> expire = {};
    std::optional<std::string> comment = {};
    friend bool operator==(const TokenEdit&, const TokenEdit&) = default;
};

/// The cross product of principals and roles at one path: rows to add (or to give this propagate
/// flag), or to remove.
struct AclEdit {
    AclPath path;
    std::set<Principal> principals;
    std::set<RoleId> roles;
    bool propagate = true; // of no meaning for a removal
    bool remove = false;
    friend bool operator==(const AclEdit&, const AclEdit&) = default;
};

} // namespace pveform
