// The GETs of PVE's access API, one function each, decoded; and the whole view of a cluster.
// pve-access-control: src/PVE/API2/*.pm; pve-manager: PVE/API2.pm.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "live/transport.hpp"
#include "model/state.hpp"

namespace pveform::live {

/// Path → privilege → whether it propagates, as GET /access/permissions gives it. Paths without any
/// are left out.
using OwnPermissions = std::map<std::string, std::map<Privilege, bool>>;

/// Everything that a plan needs to know of a cluster.
struct View {
    State state;
    std::string version; // `9.2.11`
    OwnPermissions own;
    std::optional<UnixSeconds> server_time; // its clock, when the reading began
    /// Where `Pool.Audit` is missing: at and below these paths there may be pools that are not in
    /// `state`, so that the access which their members give is not known. Empty: all are known.
    std::set<AclPath> hidden_pools;
    bool knows_realms = true; // a user.cfg alone says nothing of them
    std::string reader = {};  // the token or user id that read it; empty: a file, or not known
};

/// Seven GETs, one for the list of pools and one a pool, one for each directory realm in use. All
/// of them again, where somebody wrote in between and the answers do not fit together. Refused with
/// kind `incomplete_view` where PVE would filter what it lists: the error names the missing
/// privilege, the path, the `pveum` command that grants it, and what that could take away.
/// `identity` is who asks (a token id or user id), for that command.
[[nodiscard]] Result<View> fetch(ReadTransport& transport, const std::string& identity);

/// One token as it is now; nothing where it does not exist. To find out what became of a write
/// whose answer was lost.
[[nodiscard]] Result<std::optional<Token>> fetch_token(ReadTransport& transport, const TokenId& id);

struct Version {
    std::string version; // `9.2.11`
    Release release;
    std::optional<UnixSeconds> server_time;
};

[[nodiscard]] Result<Version> fetch_version(ReadTransport& transport);

/// What one list of users tells: PVE leaves out those that the caller may not see.
struct UserList {
    std::map<UserId, User> users;
    std::map<TokenId, Token> tokens;
    std::map<UserId, std::set<GroupId>> groups; // of those that are in one
};

[[nodiscard]] Result<UserList> fetch_users(ReadTransport& transport);

/// Filtered as users are.
[[nodiscard]] Result<std::map<GroupId, Group>> fetch_groups(ReadTransport& transport);

[[nodiscard]] Result<std::map<RoleId, Role>> fetch_roles(ReadTransport& transport);

/// Filtered, unless the caller has Sys.Audit on `/access`.
[[nodiscard]] Result<std::map<AclKey, AclGrant>> fetch_acl(ReadTransport& transport);

/// Whether case matters to a directory realm is in its own record alone: fetch_case_rule.
[[nodiscard]] Result<std::map<RealmId, Realm>> fetch_realms(ReadTransport& transport);

/// Whether ids that differ only in case are two users. Needs Sys.Audit on `/access/realm`.
[[nodiscard]] Result<bool> fetch_case_rule(ReadTransport& transport, const RealmId& realm);

/// Those that we may see, with their members.
[[nodiscard]] Result<std::map<PoolId, Pool>> fetch_pools(ReadTransport& transport, Release release);

/// What the caller may do, at every path that PVE's list has; or at `path` alone.
[[nodiscard]] Result<OwnPermissions>
fetch_own_permissions(ReadTransport& transport, const std::optional<std::string>& path = {});

} // namespace pveform::live
