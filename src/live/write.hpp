// The writes of PVE's access API, one function each. Each sends exactly one request, never twice.
// pve-access-control: src/PVE/API2/{User,Group,Role,ACL}.pm.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/secret.hpp"
#include "live/transport.hpp"
#include "model/state.hpp"

namespace pveform::live {

/// Fields to set; what is absent stays as it is (on creation: PVE's default).
struct UserFields {
    std::optional<bool> enabled;
    std::optional<Expiry> expire;
    std::optional<std::string> first_name;
    std::optional<std::string> last_name;
    std::optional<std::string> email;
    std::optional<std::string> comment;
    std::optional<std::set<GroupId>> groups;
};

struct TokenFields {
    std::optional<bool> privilege_separation;
    std::optional<Expiry> expire;
    std::optional<std::string> comment;
};

/// One PUT /access/acl: the cross product of principals and roles at one path.
struct AclRequest {
    AclPath path;
    std::set<Principal> principals;
    std::set<RoleId> roles;
    bool propagate = true; // of no meaning for a removal
    bool remove = false;
};

[[nodiscard]] Result<void>
create_role(Transport&, const RoleId&, const std::set<Privilege>& privileges);
/// Replaces the whole set; an empty one is sent as such.
[[nodiscard]] Result<void>
set_role_privileges(Transport&, const RoleId&, const std::set<Privilege>& privileges);

[[nodiscard]] Result<void> create_group(Transport&, const GroupId&, const std::string& comment);
[[nodiscard]] Result<void>
set_group_comment(Transport&, const GroupId&, const std::string& comment);

/// `password` may be null.
[[nodiscard]] Result<void>
create_user(Transport&, const UserId&, const UserFields&, const Secret* password);
/// With `append_groups`, `fields.groups` are added to the memberships instead of replacing them.
[[nodiscard]] Result<void>
update_user(Transport&, const UserId&, const UserFields&, bool append_groups);

/// Gives the secret, which PVE shows only this once.
[[nodiscard]] Result<Secret> create_token(Transport&, const TokenId&, const TokenFields&);
/// A new secret for an existing token; the old one is dead at once. PVE 9.2 and later.
[[nodiscard]] Result<Secret> regenerate_token(Transport&, const TokenId&, const TokenFields&);
[[nodiscard]] Result<void> update_token(Transport&, const TokenId&, const TokenFields&);
[[nodiscard]] Result<void> delete_token(Transport&, const TokenId&);

[[nodiscard]] Result<void> change_acl(Transport&, const AclRequest&);

} // namespace pveform::live
