// The access control of a cluster as plain values: what is live, what is wanted, what a plan leads
// through. No I/O and no places in documents; everything is comparable.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "base/time.hpp"
#include "model/acl_path.hpp"
#include "model/ids.hpp"
#include "model/release.hpp"

namespace pveform {

/// When a user or token ends: PVE's `expire`, Unix seconds with 0 for never.
struct Expiry {
    UnixSeconds seconds = 0;

    [[nodiscard]] static Expiry never() { return {}; }

    /// The mark of a token that was issued and whose secret was never confirmed to be stored. Such
    /// a token is dead: it expired in 1970.
    [[nodiscard]] static Expiry unconfirmed() { return {1}; }

    /// The mark of a user whom a plan expired for as long as it works on the user's access. Not 1,
    /// which people set by hand to shut somebody off.
    [[nodiscard]] static Expiry suspended() { return {2}; }

    [[nodiscard]] bool is_never() const { return seconds == 0; }

    [[nodiscard]] bool is_over(UnixSeconds now) const { return !is_never() && seconds <= now; }

    [[nodiscard]] bool ends_before(Expiry other) const {
        return !is_never() && (other.is_never() || seconds < other.seconds);
    }

    /// `never`, `2027-06-30`, `2027-06-30T10:00:00Z`.
    [[nodiscard]] std::string text() const;
    friend auto operator<=>(const Expiry&, const Expiry&) = default;
};

/// Texts are as PVE gives them back: trimmed of blanks, absent as empty.
struct User {
    bool enabled = true;
    Expiry expire;
    std::string first_name;
    std::string last_name;
    std::string email;
    std::string comment;
    friend bool operator==(const User&, const User&) = default;
};

struct Token {
    bool privilege_separation = true;
    Expiry expire;
    std::string comment;
    friend bool operator==(const Token&, const Token&) = default;
};

struct Group {
    std::string comment;
    std::set<UserId> members; // may name users that no longer exist
    friend bool operator==(const Group&, const Group&) = default;
};

struct Role {
    std::set<Privilege> privileges;
    bool built_in = false;
    friend bool operator==(const Role&, const Role&) = default;
};

struct Realm {
    std::string type; // pam, pve, ldap, ad, openid
    std::string comment;
    bool case_sensitive = true; // whether ids that differ only in case are two users
    friend bool operator==(const Realm&, const Realm&) = default;
};

struct Pool {
    std::string comment;
    std::set<std::uint32_t> guests; // VMIDs
    std::set<std::string> storages;
    friend bool operator==(const Pool&, const Pool&) = default;
};

/// What tells one row of the ACL from another; the propagate flag is what it carries.
struct AclKey {
    AclPath path;
    Principal principal;
    RoleId role;
    friend auto operator<=>(const AclKey&, const AclKey&) = default;
};

struct AclGrant {
    bool propagate = true;
    friend bool operator==(const AclGrant&, const AclGrant&) = default;
};

struct State {
    Release release;
    std::map<RealmId, Realm> realms;
    std::map<RoleId, Role> roles;
    std::map<GroupId, Group> groups;
    std::map<UserId, User> users;
    std::map<TokenId, Token> tokens;
    std::map<AclKey, AclGrant> acl; // rows of users and groups that no longer exist included
    std::map<PoolId, Pool> pools;

    /// All that this PVE knows: those of the role `Administrator`.
    [[nodiscard]] std::set<Privilege> privileges() const;

    /// Whether the user, group or token of an ACL row exists. PVE refuses to change a row, or even
    /// to delete it, where it does not.
    [[nodiscard]] bool exists(const Principal& principal) const;

    // Destruction as PVE does it, with everything that goes along: a user's tokens, memberships and
    // ACL rows, a token's and a group's rows, the rows that name a role. (PVE leaves rows of tokens
    // and roles in its file, where nobody sees them, until the next write.)
    void remove(const UserId& user);
    void remove(const TokenId& token);
    void remove(const GroupId& group);
    void remove(const RoleId& role);

    friend bool operator==(const State&, const State&) = default;
};

/// Whether a user or token is there, enabled, and not expired; for a token, its user as well.
[[nodiscard]] bool can_log_in(const State& state, const Principal& principal, UnixSeconds now);

/// The groups of every user that is in one, the reverse of `Group::members`.
[[nodiscard]] std::map<UserId, std::set<GroupId>> memberships(const State& state);

} // namespace pveform
