// The writes of PVE's access API, one function each. Each sends exactly one request, never twice,
// and fails as data_of does (live/response.hpp). pve-access-control:
// src/PVE/API2/{User,Group,Role,ACL}.pm.
#pragma once

#include <set>
#include <string>

#include "base/secret.hpp"
#include "live/transport.hpp"
#include "model/edit.hpp"
#include "model/state.hpp"

namespace pveform::live {

[[nodiscard]] Result<void>
create_role(Transport&, const RoleId&, const std::set<Privilege>& privileges);
/// Without `append` they replace the whole set; an empty one is sent as such.
[[nodiscard]] Result<void>
set_role_privileges(Transport&, const RoleId&, const std::set<Privilege>& privileges, bool append);
[[nodiscard]] Result<void> delete_role(Transport&, const RoleId&);

[[nodiscard]] Result<void> create_group(Transport&, const GroupId&, const std::string& comment);
[[nodiscard]] Result<void>
set_group_comment(Transport&, const GroupId&, const std::string& comment);
/// Its memberships and ACL entries go with it.
[[nodiscard]] Result<void> delete_group(Transport&, const GroupId&);

/// `password` may be null.
[[nodiscard]] Result<void>
create_user(Transport&, const UserId&, const UserEdit&, const Secret* password);
[[nodiscard]] Result<void> update_user(Transport&, const UserId&, const UserEdit&);
/// Its tokens, memberships and ACL entries go with it. Fails half-way in rare cases: the user is
/// then disabled, and the call can be repeated.
[[nodiscard]] Result<void> delete_user(Transport&, const UserId&);

/// Gives the secret, which PVE shows only this once.
[[nodiscard]] Result<Secret> create_token(Transport&, const TokenId&, const TokenEdit&);
/// A new secret for an existing token; the old one is dead at once. PVE 9.2 and later.
[[nodiscard]] Result<Secret> regenerate_token(Transport&, const TokenId&, const TokenEdit&);
[[nodiscard]] Result<void> update_token(Transport&, const TokenId&, const TokenEdit&);
[[nodiscard]] Result<void> delete_token(Transport&, const TokenId&);

[[nodiscard]] Result<void> change_acl(Transport&, const AclEdit&);

} // namespace pveform::live
