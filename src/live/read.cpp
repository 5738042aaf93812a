#include "live/read.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "live/completeness.hpp"
#include "live/decode.hpp"
#include "live/encode.hpp"
#include "live/response.hpp"

namespace pveform::live {

namespace {

/// How often a cluster is read that changes while it is read.
constexpr int read_attempts = 3;

Result<Token> decode_token(const Node& node) {
    Token token;
    token.privilege_separation = TRY(node.flag("privsep"));
    token.expire.seconds = TRY(node.integer_or("expire", 0));
    token.comment = TRY(node.field("comment"));
    return token;
}

Result<User> decode_user(const Node& node) {
    User user;
    user.enabled = TRY(node.flag("enable"));
    user.expire.seconds = TRY(node.integer_or("expire", 0));
    user.first_name = TRY(node.field("firstname"));
    user.last_name = TRY(node.field("lastname"));
    user.email = TRY(node.field("email"));
    user.comment = TRY(node.field("comment"));
    return user;
}

/// Adds the user, its tokens and its memberships.
Result<void> take_user(const Node& node, UserList& list) {
    const UserId id{TRY(node.text("userid"))};
    list.users[id] = TRY(decode_user(node));
    for (std::string& group : split(TRY(node.text("groups")), ",")) {
        list.groups[id].insert(GroupId{std::move(group)});
    }
    if (!node.has("tokens")) {
        return {};
    }
    const Node tokens = TRY(node.at("tokens"));
    for (const Node& token : TRY(tokens.elements())) {
        const std::string name = TRY(token.text("tokenid"));
        list.tokens[TokenId{id, name}] = TRY(decode_token(token));
    }
    return {};
}

Result<PrincipalKind> decode_kind(const Node& node) {
    const std::string text = TRY(node.as_text());
    for (const auto kind : {PrincipalKind::user, PrincipalKind::group, PrincipalKind::token}) {
        if (text == to_string(kind)) {
            return kind;
        }
    }
    return std::unexpected(node.error("`user`, `group` or `token`"));
}

/// Two lists that were read one after the other, and somebody wrote in between: PVE never shows
/// such a state. What of it does not fit together; empty where all does.
std::string contradiction(const State& state, const UserList& list) {
    auto seen_from_groups = memberships(state);
    std::erase_if(seen_from_groups, [&](const auto& entry) {
        return !state.users.contains(entry.first); // groups may name users that no longer exist
    });
    if (seen_from_groups != list.groups) {
        return "users and groups disagree about who is in which group";
    }
    for (const auto& [row, grant] : state.acl) {
        if (!state.roles.contains(row.role)) {
            return fmt::format("an ACL entry names role `{}`, which is not there", row.role.text);
        }
        if (row.principal.kind == PrincipalKind::token && !state.exists(row.principal)) {
            return fmt::format(
                "an ACL entry names token `{}`, which is not there", row.principal.id
            );
        }
    }
    return {};
}

/// The case rules of the directories that have users here.
Result<void> read_case_rules(ReadTransport& transport, State& state) {
    std::set<RealmId> in_use;
    for (const auto& [id, user] : state.users) {
        in_use.insert(id.realm());
    }
    for (auto& [id, realm] : state.realms) {
        if (in_use.contains(id) && (realm.type == "ldap" || realm.type == "ad")) {
            realm.case_sensitive = TRY(fetch_case_rule(transport, id));
        }
    }
    return {};
}

Result<void> take_member(const Node& node, Pool& pool) {
    if (TRY(node.text("type")) == "storage") {
        pool.storages.insert(TRY(node.text("storage")));
        return {};
    }
    const Node id = TRY(node.at("vmid"));
    const std::int64_t number = TRY(id.as_integer());
    if (!std::in_range<std::uint32_t>(number)) {
        return std::unexpected(id.error("the number of a guest"));
    }
    pool.guests.insert(static_cast<std::uint32_t>(number));
    return {};
}

/// The members of one pool; nothing where it is gone by now.
Result<std::optional<Pool>>
fetch_pool(ReadTransport& transport, const PoolId& id, Release release) {
    const std::string action = fmt::format("read pool `{}`", printable(id.text));
    // The parameter came with nested pools (pve-manager 8.1.0).
    const bool by_parameter = release >= Release{8, 1};
    auto data = data_of(
        by_parameter ? transport.get("/pools", {{"poolid", id.text}})
                     : transport.get("/pools/" + percent_encode(id.text)),
        action
    );
    if (!data) {
        const bool is_gone =
            data.error().status == 500 &&
            data.error().message.ends_with(fmt::format("pool '{}' does not exist", id.text));
        return is_gone ? Result<std::optional<Pool>>(std::nullopt)
                       : std::unexpected(std::move(data).error());
    }
    Node record(*data, "GET /pools?poolid=…");
    if (by_parameter) {
        const auto elements = TRY(record.elements());
        if (elements.size() != 1) {
            return std::unexpected(record.error("a list of one pool"));
        }
        record = elements.front();
    }
    Pool pool;
    pool.comment = TRY(record.field("comment"));
    const Node members = TRY(record.at("members"));
    for (const Node& member : TRY(members.elements())) {
        TRY(take_member(member, pool));
    }
    return pool;
}

const Listing pools{.base = "/pool", .levels = 3, .privileges = {Privilege{"Pool.Audit"}}};

struct Reading {
    View view;
    UserList list; // its memberships, to compare
};

Result<Reading> read_once(ReadTransport& transport) {
    Reading reading;
    View& view = reading.view;
    // First what every identity may ask, so that a wrong secret is found by it.
    Version version = TRY(fetch_version(transport));
    view.version = std::move(version.version);
    view.state.release = version.release;
    view.server_time = version.server_time;
    view.state.realms = TRY(fetch_realms(transport));
    view.state.roles = TRY(fetch_roles(transport));
    view.state.groups = TRY(fetch_groups(transport));
    reading.list = TRY(fetch_users(transport));
    view.state.users = reading.list.users;
    view.state.tokens = reading.list.tokens;
    view.state.acl = TRY(fetch_acl(transport));
    // After the ACL, because it lists every path of that.
    view.own = TRY(fetch_own_permissions(transport));
    return reading;
}

} // namespace

Result<View> fetch(ReadTransport& transport, const std::string& identity) {
    std::string disagreement;
    for (int attempt = 0; attempt < read_attempts; ++attempt) {
        Reading reading = TRY(read_once(transport));
        View& view = reading.view;
        TRY(check_complete(transport, view, identity));
        disagreement = contradiction(view.state, reading.list);
        if (disagreement.empty()) {
            TRY(read_case_rules(transport, view.state));
            view.state.pools = TRY(fetch_pools(transport, view.state.release));
            view.hidden_pools = TRY(hidden_objects(transport, view, pools));
            view.reader = identity;
            return std::move(view);
        }
    }
    return std::unexpected(Error{
        .kind = ErrorKind::api,
        .message = fmt::format("the cluster changes while it is read: {}", printable(disagreement)),
        .help = "something else is writing to it; try again when that is done",
    });
}

Result<Version> fetch_version(ReadTransport& transport) {
    auto response = transport.get("/version");
    Version result;
    result.server_time = response ? response->date : std::nullopt;
    const json::Value data = TRY(data_of(std::move(response), "read the version"));
    const Node node(data, "GET /version");
    result.version = TRY(node.text("version"));
    const Node release = TRY(node.at("release"));
    const auto parsed = Release::parse(TRY(release.as_text()));
    if (!parsed) {
        return std::unexpected(release.error("a release such as `9.2`"));
    }
    result.release = *parsed;
    return result;
}

Result<UserList> fetch_users(ReadTransport& transport) {
    const json::Value data =
        TRY(data_of(transport.get("/access/users", {{"full", "1"}}), "read the users"));
    const Node node(data, "GET /access/users");
    UserList list;
    for (const Node& user : TRY(node.elements())) {
        TRY(take_user(user, list));
    }
    return list;
}

Result<std::map<GroupId, Group>> fetch_groups(ReadTransport& transport) {
    const json::Value data = TRY(data_of(transport.get("/access/groups"), "read the groups"));
    const Node node(data, "GET /access/groups");
    std::map<GroupId, Group> groups;
    for (const Node& item : TRY(node.elements())) {
        Group& group = groups[GroupId{TRY(item.text("groupid"))}];
        group.comment = TRY(item.field("comment"));
        for (std::string& member : split(TRY(item.text("users")), ",")) {
            group.members.insert(UserId{std::move(member)});
        }
    }
    return groups;
}

Result<std::map<RoleId, Role>> fetch_roles(ReadTransport& transport) {
    const json::Value data = TRY(data_of(transport.get("/access/roles"), "read the roles"));
    const Node node(data, "GET /access/roles");
    std::map<RoleId, Role> roles;
    for (const Node& item : TRY(node.elements())) {
        Role& role = roles[RoleId{TRY(item.text("roleid"))}];
        role.built_in = TRY(item.flag_or("special", false));
        for (std::string& privilege : split(TRY(item.text("privs")), ",")) {
            role.privileges.insert(Privilege{std::move(privilege)});
        }
    }
    return roles;
}

Result<std::map<AclKey, AclGrant>> fetch_acl(ReadTransport& transport) {
    const json::Value data = TRY(data_of(transport.get("/access/acl"), "read the ACL"));
    const Node node(data, "GET /access/acl");
    std::map<AclKey, AclGrant> acl;
    for (const Node& item : TRY(node.elements())) {
        AclKey key;
        key.path.text = TRY(item.text("path"));
        key.principal.kind = TRY(decode_kind(TRY(item.at("type"))));
        key.principal.id = TRY(item.text("ugid"));
        key.role.text = TRY(item.text("roleid"));
        acl[key].propagate = TRY(item.flag_or("propagate", true));
    }
    return acl;
}

Result<std::map<RealmId, Realm>> fetch_realms(ReadTransport& transport) {
    const json::Value data = TRY(data_of(transport.get("/access/domains"), "read the realms"));
    const Node node(data, "GET /access/domains");
    std::map<RealmId, Realm> realms;
    for (const Node& item : TRY(node.elements())) {
        Realm& realm = realms[RealmId{TRY(item.text("realm"))}];
        realm.type = TRY(item.text("type"));
        realm.comment = TRY(item.field("comment"));
    }
    return realms;
}

Result<bool> fetch_case_rule(ReadTransport& transport, const RealmId& realm) {
    auto data = data_of(
        transport.get("/access/domains/" + percent_encode(realm.text)),
        fmt::format("read realm `{}`", printable(realm.text))
    );
    if (!data) {
        Error error = std::move(data).error();
        if (error.status == 403) {
            error.kind = ErrorKind::incomplete_view;
            error.notes.emplace_back(
                "whether `Alice` and `alice` are one user of this realm is written there"
            );
        }
        return std::unexpected(std::move(error));
    }
    return Node(*data, "GET /access/domains/…").flag_or("case-sensitive", true);
}

Result<std::map<PoolId, Pool>> fetch_pools(ReadTransport& transport, Release release) {
    const json::Value data = TRY(data_of(transport.get("/pools"), "read the pools"));
    const Node node(data, "GET /pools");
    std::map<PoolId, Pool> result;
    for (const Node& item : TRY(node.elements())) {
        const PoolId id{TRY(item.text("poolid"))};
        if (auto pool = TRY(fetch_pool(transport, id, release))) {
            result[id] = std::move(*pool);
        }
    }
    return result;
}

Result<OwnPermissions>
fetch_own_permissions(ReadTransport& transport, const std::optional<std::string>& path) {
    Parameters query;
    if (path) {
        query.emplace_back("path", *path);
    }
    const json::Value data =
        TRY(data_of(transport.get("/access/permissions", query), "read our own permissions"));
    const Node node(data, "GET /access/permissions");
    OwnPermissions own;
    for (const auto& [at, privileges] : TRY(node.members())) {
        for (const auto& [privilege, propagates] : TRY(privileges.members())) {
            own[at][Privilege{privilege}] = TRY(propagates.as_flag());
        }
    }
    return own;
}

Result<std::optional<Token>> fetch_token(ReadTransport& transport, const TokenId& id) {
    const std::string path = fmt::format(
        "/access/users/{}/token/{}", percent_encode(id.user.text), percent_encode(id.name)
    );
    auto data = data_of(transport.get(path), fmt::format("read token `{}`", printable(id.text())));
    if (!data) {
        // pve-access-control: src/PVE/AccessControl.pm, check_token_exist.
        const bool is_missing = data.error().status == 500 &&
                                data.error().message.find(": no such token '") != std::string::npos;
        if (is_missing) {
            return std::nullopt;
        }
        return std::unexpected(std::move(data).error());
    }
    return TRY(decode_token(Node(*data, "GET /access/users/…/token/…")));
}

} // namespace pveform::live
