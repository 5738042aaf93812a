// /access/users. Mirrors pve-access-control: src/PVE/API2/User.pm.
#include "simulator/users.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/grammar.hpp"
#include "formats/perl_text.hpp"
#include "simulator/method.hpp"
#include "simulator/text_values.hpp"

namespace pveform::simulator {

namespace {

using formats::UserConfig;
using formats::UserEntry;

json::Value user_value(const UserEntry& user) {
    json::Value value = json::Object{{"enable", flag_value(user.enabled)}};
    if (!user.expire.empty()) {
        value.set("expire", expiry_value(user.expire));
    }
    set_unless_empty(value, "firstname", user.first_name);
    set_unless_empty(value, "lastname", user.last_name);
    if (user.email) {
        value.set("email", *user.email);
    }
    set_unless_empty(value, "comment", user.comment);
    set_unless_empty(value, "keys", user.keys);
    return value;
}

json::Value token_list(const UserEntry& user) {
    if (user.tokens.empty()) {
        return nullptr;
    }
    json::Array tokens;
    for (const auto& [name, token] : user.tokens) {
        json::Value value = token_value(token);
        value.set("tokenid", name);
        tokens.push_back(std::move(value));
    }
    return tokens;
}

json::Value list_item(const Store& store, const std::string& id, const UserEntry& user, bool full) {
    json::Value value = user_value(user);
    value.set("userid", id);
    const auto& realms = store.domains().realms;
    if (const auto realm = realms.find(std::string(formats::realm_of(id))); realm != realms.end()) {
        value.set("realm-type", realm->second.type);
    }
    if (full) {
        value.set("groups", join({user.groups.begin(), user.groups.end()}, ","));
        value.set("tokens", token_list(user));
    }
    return value;
}

Outcome<json::Value> list_users(Call& call) {
    const std::vector<std::string> privileges = {"User.Modify", "Sys.Audit"};
    const bool sees_all =
        require(call.store, call.caller, "/access/groups", privileges, true).has_value();
    const auto visible =
        sees_all ? std::set<std::string>() : users_of_groups(call.store, call.caller, privileges);
    json::Array list;
    for (const auto& [id, user] : call.store.config().users) {
        const bool is_visible = sees_all || id == call.caller || visible.contains(id);
        const bool is_wanted =
            !call.arguments.has("enabled") || call.arguments.is_true("enabled") == user.enabled;
        if (is_visible && is_wanted) {
            list.push_back(list_item(call.store, id, user, call.arguments.is_true("full")));
        }
    }
    return list;
}

Outcome<json::Value> read_user(Call& call) {
    const std::string& id = call.arguments["userid"];
    TRY(require_user(call.store, id));
    const UserEntry& user = call.store.config().users.at(id);
    json::Value value = user_value(user);
    value.set("groups", json::Array(user.groups.begin(), user.groups.end()));
    json::Value tokens = user.tokens.empty() ? json::Value() : json::Value(json::Object{});
    for (const auto& [name, token] : user.tokens) {
        tokens.set(name, token_value(token));
    }
    value.set("tokens", std::move(tokens));
    return value;
}

/// The fields that both calls take, as far as they were sent.
void set_texts(UserEntry& user, const Arguments& arguments) {
    const auto set = [&arguments](std::string_view name, std::string& field) {
        if (const std::string* value = arguments.find(name)) {
            field = *value;
        }
    };
    set("firstname", user.first_name);
    set("lastname", user.last_name);
    set("comment", user.comment);
    set("keys", user.keys);
    if (const std::string* email = arguments.find("email")) {
        user.email = *email;
    }
}

Outcome<void> join_groups(UserConfig& config, const std::string& user, const Arguments& arguments) {
    if (!arguments.is_true("groups")) {
        return {};
    }
    for (const std::string& name : arguments.list("groups")) {
        const auto group = config.groups.find(name);
        if (group == config.groups.end()) {
            return died(fmt::format("no such group '{}'", name));
        }
        group->second.users.insert(user);
    }
    return {};
}

void leave_groups(UserConfig& config, const std::string& user) {
    for (auto& [name, group] : config.groups) {
        group.users.erase(user);
    }
}

/// The password is stored first, and stays where the rest fails, as in PVE.
Outcome<json::Value> create_user(Call& call) {
    const Arguments& arguments = call.arguments;
    TRY(call.store.locked("create user failed", [&](UserConfig& config) -> Outcome<void> {
        const std::string id = TRY(lookup_user(call.store, arguments["userid"], true));
        if (config.users.contains(id)) {
            return died(fmt::format("user '{}' already exists", id));
        }
        if (const std::string* password = arguments.find("password")) {
            TRY(set_password(call.store, id, *password));
        }
        UserEntry& user = config.users[id];
        user.enabled = !arguments.has("enable") || arguments.is_true("enable");
        if (arguments.is_true("expire")) {
            user.expire = formats::integer_text(arguments["expire"]);
        }
        TRY(join_groups(config, id, arguments));
        set_texts(user, arguments);
        return {};
    }));
    return nullptr;
}

Outcome<json::Value> update_user(Call& call) {
    const Arguments& arguments = call.arguments;
    const std::string& id = arguments["userid"];
    TRY(call.store.locked("update user failed", [&](UserConfig& config) -> Outcome<void> {
        TRY(require_user(call.store, id));
        UserEntry& user = config.users[id];
        if (arguments.has("enable")) {
            user.enabled = arguments.is_true("enable");
        }
        if (arguments.has("expire")) {
            user.expire = formats::integer_text(arguments["expire"]);
        }
        if (arguments.has("groups") && !arguments.is_true("append")) {
            leave_groups(config, id);
        }
        TRY(join_groups(config, id, arguments));
        set_texts(user, arguments);
        return {};
    }));
    return nullptr;
}

/// ACL entries of the user's tokens stay behind, and go with this very write, since the tokens are
/// no more; their secrets stay for good. Only root gets here for a user who does not exist.
Outcome<json::Value> delete_user(Call& call) {
    const std::string& id = call.arguments["userid"];
    TRY(call.store.locked("delete user failed", [&](UserConfig& config) -> Outcome<void> {
        const auto& realms = call.store.domains().realms;
        const auto realm = realms.find(std::string(formats::realm_of(id)));
        if (realm != realms.end() && realm->second.type == "pve") {
            call.store.passwords().drop(id);
        }
        call.store.passwords().drop_second_factor(id);
        TRY(call.store.save_passwords());
        config.users.erase(id);
        leave_groups(config, id);
        for (auto& [path, node] : config.acl) {
            node.users.erase(id);
        }
        return {};
    }));
    return nullptr;
}

Schema user_schema(Release release) {
    Schema schema = {
        {"userid", user_id_parameter},
        {"enable", {.type = Type::boolean}},
        {"expire", {.type = Type::integer}},
        {"firstname", {.max_length = 1024}},
        {"lastname", {.max_length = 1024}},
        {"email", {.format = Format::email, .max_length = 254}},
        {"comment", {.max_length = 2048}},
        {"keys", {.pattern = Pattern::keys}},
        {"groups", {.format = Format::group_list}},
    };
    if (release < Release{8, 1}) {
        for (const char* name : {"firstname", "lastname", "email", "comment"}) {
            schema[name].max_length.reset();
        }
        schema["keys"].pattern = Pattern::none;
    }
    return schema;
}

} // namespace

std::size_t min_password_length(Release release) {
    return release >= Release{8, 3} ? 8 : 5;
}

Outcome<std::string>
lookup_user(const Store& store, const std::string& user, bool may_be_ambiguous) {
    if (formats::is_case_sensitive(store.domains(), formats::realm_of(user))) {
        return user;
    }
    std::vector<std::string> matches;
    for (const auto& [id, entry] : store.config().users) {
        if (to_lower(id) == to_lower(user)) {
            matches.push_back(id);
        }
    }
    if (matches.size() > 1 && !may_be_ambiguous) {
        return died(fmt::format(
            "ambiguous case insensitive match of username '{}', cannot safely grant access!", user
        ));
    }
    return matches.empty() ? user : matches.front();
}

Outcome<void> set_password(Store& store, const std::string& user, std::string_view password) {
    const std::string realm(formats::realm_of(user));
    const auto& realms = store.domains().realms;
    const auto found = realms.find(realm);
    if (found == realms.end()) {
        return died(fmt::format("auth domain '{}' does not exist", realm));
    }
    const std::string& type = found->second.type;
    if (type != "pve" && type != "pam") {
        return died(fmt::format("can't set password on auth type '{}'", type));
    }
    if (type == "pam" && user != root_user.text && !store.passwords().has(user)) {
        // PVE runs usermod and passes on what it says.
        return died(
            fmt::format("change password failed: user '{}' does not exist", UserId{user}.name())
        );
    }
    store.passwords().set(user, password);
    return store.save_passwords();
}

std::vector<Method> user_methods(Release release) {
    using Groups = NeedsGroupRight::Groups;
    Schema creation = user_schema(release);
    creation["password"] = {.min_length = min_password_length(release), .max_length = 64};
    Schema update = user_schema(release);
    update["append"] = {.type = Type::boolean, .requires_property = "groups"};
    const Schema one = {{"userid", user_id_parameter}};
    return {
        {.verb = "GET",
         .path = "/access/users",
         .run = list_users,
         .schema = Schema{{"enabled", {.type = Type::boolean}}, {"full", {.type = Type::boolean}}},
         .is_protected = true},
        {.verb = "POST",
         .path = "/access/users",
         .run = create_user,
         .permission =
             Rule{AllOf{{{NeedsRealmRight{}}, {NeedsGroupRight{{"User.Modify"}, Groups::create}}}}},
         .schema = creation,
         .is_protected = true},
        {.verb = "GET",
         .path = "/access/users/{userid}",
         .run = read_user,
         .permission = Rule{NeedsGroupRight{{"User.Modify", "Sys.Audit"}}},
         .schema = one},
        {.verb = "PUT",
         .path = "/access/users/{userid}",
         .run = update_user,
         .permission = Rule{NeedsGroupRight{{"User.Modify"}, Groups::update}},
         .schema = update,
         .is_protected = true},
        {.verb = "DELETE",
         .path = "/access/users/{userid}",
         .run = delete_user,
         .permission = Rule{AllOf{{{NeedsRealmRight{}}, {NeedsGroupRight{{"User.Modify"}}}}}},
         .schema = one,
         .is_protected = true},
    };
}

} // namespace pveform::simulator
