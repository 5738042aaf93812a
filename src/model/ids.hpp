// The names of PVE's access-control objects. `parse` accepts what this project lets a user declare:
// PVE's own grammar (facts: pve-access-control: src/PVE/Auth/Plugin.pm, src/PVE/AccessControl.pm),
// less what PVE accepts and then damages. What comes from a live cluster is taken as it is:
// `UserId{"…"}`.
#pragma once

#include <compare>
#include <expected>
#include <string>
#include <string_view>
#include <variant>

namespace pveform {

/// The error is a reason without a place, such as "`x` has no realm; …": callers know the place.
template<class T>
using Parsed = std::expected<T, std::string>;

struct RealmId {
    std::string text;
    [[nodiscard]] static Parsed<RealmId> parse(std::string_view text);
    friend auto operator<=>(const RealmId&, const RealmId&) = default;
};

/// `name@realm`; the realm follows the last `@`.
struct UserId {
    std::string text;
    [[nodiscard]] static Parsed<UserId> parse(std::string_view text);
    [[nodiscard]] std::string_view name() const;
    [[nodiscard]] RealmId realm() const;
    friend auto operator<=>(const UserId&, const UserId&) = default;
};

/// `name@realm!tokenid`; ordered by user, then token.
struct TokenId {
    UserId user;
    std::string name;
    [[nodiscard]] static Parsed<TokenId> parse(std::string_view text);
    [[nodiscard]] static Parsed<std::string> parse_name(std::string_view text);
    [[nodiscard]] std::string text() const;
    friend auto operator<=>(const TokenId&, const TokenId&) = default;
};

struct GroupId {
    std::string text;
    [[nodiscard]] static Parsed<GroupId> parse(std::string_view text);
    friend auto operator<=>(const GroupId&, const GroupId&) = default;
};

/// Whether PVE took the group from the realm's directory: it names such groups `NAME-REALM`.
[[nodiscard]] bool is_group_of(const GroupId& group, const RealmId& realm);

struct RoleId {
    std::string text;
    [[nodiscard]] static Parsed<RoleId> parse(std::string_view text);
    /// Whether PVE reserves the name for its own roles: `PVE…` in any case, `Administrator`,
    /// `NoAccess`.
    [[nodiscard]] bool is_reserved() const;
    friend auto operator<=>(const RoleId&, const RoleId&) = default;
};

struct PoolId {
    std::string text; // up to three components, joined by `/`
    friend auto operator<=>(const PoolId&, const PoolId&) = default;
};

/// `VM.Audit`. Which ones exist depends on the PVE release: `State::privileges`.
struct Privilege {
    std::string text;
    friend auto operator<=>(const Privilege&, const Privilege&) = default;
};

/// Whom an ACL entry speaks of; the order is that of PVE's own listings.
enum class PrincipalKind { user, group, token };

[[nodiscard]] std::string_view to_string(PrincipalKind kind);

struct Principal {
    PrincipalKind kind = PrincipalKind::user;
    std::string id; // a group without `@`

    [[nodiscard]] static Principal of(const UserId& user) {
        return {PrincipalKind::user, user.text};
    }

    [[nodiscard]] static Principal of(const GroupId& group) {
        return {PrincipalKind::group, group.text};
    }

    [[nodiscard]] static Principal of(const TokenId& token) {
        return {PrincipalKind::token, token.text()};
    }

    /// As documents and plans write it: `alice@pve`, `@ops`, `alice@pve!ci`.
    [[nodiscard]] std::string text() const;
    friend auto operator<=>(const Principal&, const Principal&) = default;
};

/// Splits a full token id at its last `!`; the parts are not checked. For ids from a live cluster.
[[nodiscard]] TokenId split_token_id(std::string_view text);

/// The user or token of an id as PVE writes it: a token's has a `!` behind its last `@`.
[[nodiscard]] Principal user_or_token(std::string_view id);

/// The same, or the group of a name with `@` in front.
[[nodiscard]] Principal principal_named(std::string_view text);

/// The user itself, or a token's owner. Not for groups.
[[nodiscard]] UserId user_behind(const Principal& principal);

/// As an id of its kind.
[[nodiscard]] std::variant<UserId, GroupId, TokenId> id_of(const Principal& principal);

inline const UserId root_user{"root@pam"};

} // namespace pveform
