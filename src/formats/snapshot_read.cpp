// Reading stops at the first thing that is wrong: whoever sees it takes the snapshot anew.

#include <array>
#include <limits>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "formats/snapshot.hpp"
#include "formats/snapshot_format.hpp"
#include "json/read.hpp"
#include "json/reading.hpp"

namespace pveform::formats {

namespace {

using namespace json::reading; // NOLINT: the words that this file is written in

Read<void> read_realms(const Place& place, State& state) {
    static constexpr std::array keys = {"type", "comment", "case_sensitive"};
    for (const auto& [id, member] : TRY(members_of(place))) {
        const auto [type, comment, case_sensitive] = TRY(fields_of(member, keys));
        Realm& realm = state.realms[RealmId{id}];
        realm.type = TRY(text_of(type));
        realm.comment = TRY(text_of(comment));
        realm.case_sensitive = TRY(flag_of(case_sensitive));
    }
    return {};
}

Read<void> read_roles(const Place& place, State& state) {
    static constexpr std::array keys = {"built_in", "privileges"};
    for (const auto& [id, member] : TRY(members_of(place))) {
        const auto [built_in, privileges] = TRY(fields_of(member, keys));
        Role& role = state.roles[RoleId{id}];
        role.privileges = TRY(set_of<Privilege>(privileges));
        role.built_in = TRY(flag_of(built_in));
    }
    return {};
}

Read<void> read_groups(const Place& place, State& state) {
    static constexpr std::array keys = {"comment", "members"};
    for (const auto& [id, member] : TRY(members_of(place))) {
        const auto [comment, members] = TRY(fields_of(member, keys));
        Group& group = state.groups[GroupId{id}];
        group.comment = TRY(text_of(comment));
        group.members = TRY(set_of<UserId>(members));
    }
    return {};
}

Read<void> read_tokens(const UserId& user, const Place& place, State& state) {
    static constexpr std::array keys = {"comment", "expire", "privilege_separation"};
    for (const auto& [name, member] : TRY(members_of(place))) {
        const auto [comment, expire, separation] = TRY(fields_of(member, keys));
        Token& token = state.tokens[TokenId{user, name}];
        token.privilege_separation = TRY(flag_of(separation));
        token.expire.seconds = TRY(number_of(expire));
        token.comment = TRY(text_of(comment));
    }
    return {};
}

Read<void> read_users(const Place& place, State& state) {
    static constexpr std::array keys = {
        "enabled", "expire", "first_name", "last_name", "email", "comment", "tokens"};
    for (const auto& [id, member] : TRY(members_of(place))) {
        const auto [enabled, expire, first_name, last_name, email, comment, tokens] =
            TRY(fields_of(member, keys));
        User& user = state.users[UserId{id}];
        user.enabled = TRY(flag_of(enabled));
        user.expire.seconds = TRY(number_of(expire));
        user.first_name = TRY(text_of(first_name));
        user.last_name = TRY(text_of(last_name));
        user.email = TRY(text_of(email));
        user.comment = TRY(text_of(comment));
        TRY(read_tokens(UserId{id}, tokens, state));
    }
    return {};
}

Read<PrincipalKind> kind_of(const Place& place) {
    const std::string text = TRY(text_of(place));
    for (const auto kind : {PrincipalKind::user, PrincipalKind::group, PrincipalKind::token}) {
        if (text == to_string(kind)) {
            return kind;
        }
    }
    return refuse(place, "is none of user, group, token");
}

/// Of users and groups, PVE keeps entries when they vanish; not of tokens and roles.
Read<void> read_acl(const Place& place, State& state) {
    static constexpr std::array keys = {"path", "kind", "id", "role", "propagate"};
    for (const Place& item : TRY(items_of(place))) {
        const auto [path, kind, id, role, propagate] = TRY(fields_of(item, keys));
        AclKey key;
        key.path.text = TRY(text_of(path));
        key.principal.kind = TRY(kind_of(kind));
        key.principal.id = TRY(text_of(id));
        key.role.text = TRY(text_of(role));
        if (!state.roles.contains(key.role)) {
            return refuse(role, "names no role of the snapshot");
        }
        if (key.principal.kind == PrincipalKind::token && !state.exists(key.principal)) {
            return refuse(id, "names no token of the snapshot");
        }
        if (!state.acl.emplace(key, AclGrant{TRY(flag_of(propagate))}).second) {
            return refuse(item, "stands there twice");
        }
    }
    return {};
}

Read<void> read_pools(const Place& place, State& state) {
    static constexpr std::array keys = {"comment", "guests", "storages"};
    for (const auto& [id, member] : TRY(members_of(place))) {
        const auto [comment, guests, storages] = TRY(fields_of(member, keys));
        Pool& pool = state.pools[PoolId{id}];
        pool.comment = TRY(text_of(comment));
        pool.storages = TRY(set_of<std::string>(storages));
        for (const Place& guest : TRY(items_of(guests))) {
            const std::int64_t number = TRY(number_of(guest));
            if (number > std::numeric_limits<std::uint32_t>::max()) {
                return refuse(guest, "is no number of a guest");
            }
            pool.guests.insert(static_cast<std::uint32_t>(number));
        }
    }
    return {};
}

/// Before anything else is looked at, so that the snapshots of a later pveform are called that.
Read<void> check_format(const json::Value& root) {
    const json::Value* format = root.find("format");
    const std::string* name = format != nullptr ? format->as_string() : nullptr;
    if (name == nullptr || *name != snapshot_format) {
        return std::unexpected("it is JSON, but no snapshot of pveform");
    }
    const json::Value* version = root.find("format_version");
    const std::int64_t* number = version != nullptr ? version->as_int() : nullptr;
    if (number == nullptr || *number != snapshot_format_version) {
        return std::unexpected(fmt::format(
            "it is a snapshot of another version; this program reads version {}",
            snapshot_format_version
        ));
    }
    return {};
}

} // namespace

bool looks_like_snapshot(std::string_view text) {
    return trim(text).starts_with('{'); // no line of a user.cfg begins like this
}

std::expected<Snapshot, std::string> read_snapshot(std::string_view text) {
    static constexpr std::array keys = {
        "format",
        "format_version",
        "cluster",
        "endpoint",
        "taken_at",
        "pve_version",
        "pve_release",
        "realms",
        "roles",
        "groups",
        "users",
        "acl",
        "pools",
        "hidden_pools"};
    const json::Value root = TRY(json::parse(text));
    TRY(check_format(root));
    const auto fields = TRY(fields_of({&root, ""}, keys));
    const auto& [format, format_version, cluster, endpoint, taken_at, version, release_text, realms, roles, groups, users, acl, pools, hidden_pools] =
        fields;
    Snapshot snapshot;
    snapshot.cluster = TRY(text_of(cluster));
    snapshot.endpoint = TRY(text_of(endpoint));
    snapshot.version = TRY(text_of(version));
    snapshot.taken_at = TRY(number_of(taken_at));
    snapshot.hidden_pools = TRY(set_of<AclPath>(hidden_pools));
    const auto release = Release::parse(TRY(text_of(release_text)));
    if (!release) {
        return refuse(release_text, "is no release of PVE");
    }
    snapshot.state.release = *release;
    TRY(read_realms(realms, snapshot.state));
    TRY(read_roles(roles, snapshot.state));
    TRY(read_groups(groups, snapshot.state));
    TRY(read_users(users, snapshot.state));
    TRY(read_acl(acl, snapshot.state));
    TRY(read_pools(pools, snapshot.state));
    return snapshot;
}

} // namespace pveform::formats
