// /access/tfa and its neighbours, for reading: second factors come from the seed.
// Mirrors pve-access-control: src/PVE/API2/TFA.pm.
#include <fmt/format.h>

#include "formats/grammar.hpp"
#include "simulator/method.hpp"
#include "simulator/text_values.hpp"

namespace pveform::simulator {

namespace {

json::Array entries_of(Call& call, const std::string& user) {
    json::Array entries;
    if (call.store.passwords().totp_secret(user)) {
        entries.emplace_back(json::Object{
            {"type", "totp"},
            {"id", "totp:1"},
            {"description", "from the seed"},
            {"created", 0},
            {"enable", true},
        });
    }
    return entries;
}

/// Those of users whom the caller manages, and its own.
Outcome<json::Value> list_all(Call& call) {
    const std::vector<std::string> privileges = {"User.Modify", "Sys.Audit"};
    const bool sees_all =
        require(call.store, call.caller, "/access/groups", privileges, true).has_value();
    const auto visible =
        sees_all ? std::set<std::string>() : users_of_groups(call.store, call.caller, privileges);
    json::Array list;
    for (const auto& [id, user] : call.store.config().users) {
        json::Array entries = entries_of(call, id);
        const bool is_visible = sees_all || id == call.caller || visible.contains(id);
        if (is_visible && !entries.empty()) {
            list.emplace_back(json::Object{{"userid", id}, {"entries", std::move(entries)}});
        }
    }
    return list;
}

Outcome<json::Value> list_of_user(Call& call) {
    return entries_of(call, call.arguments["userid"]);
}

Outcome<json::Value> read_entry(Call& call) {
    for (json::Value& entry : entries_of(call, call.arguments["userid"])) {
        if (*entry.find("id")->as_string() == call.arguments["id"]) {
            return std::move(entry);
        }
    }
    return std::unexpected(Failure{
        404,
        fmt::format(
            "No such tfa entry '{}' for user '{}'.\n",
            call.arguments["id"],
            call.arguments["userid"]
        ),
        {},
    });
}

Outcome<json::Value> read_types(Call& call) {
    const std::string realm(formats::realm_of(call.arguments["userid"]));
    if (!call.store.domains().realms.contains(realm)) {
        return died(fmt::format("auth domain '{}' does not exist", realm));
    }
    json::Value value{json::Object{}};
    if (call.arguments.is_true("multiple")) {
        json::Array types;
        if (!entries_of(call, call.arguments["userid"]).empty()) {
            types.emplace_back("totp");
        }
        value.set("user", std::move(types));
    }
    return value;
}

/// Nobody is ever locked out here: that counts failures, and the seed starts with none.
Outcome<json::Value> unlock(Call&) {
    return 0;
}

} // namespace

std::vector<Method> second_factor_methods() {
    const Rule read = self_or_group_right({"User.Modify", "Sys.Audit"});
    const Schema one = {{"userid", user_id_parameter}};
    Schema entry = one;
    entry["id"] = {.required = true};
    Schema types = one;
    types["multiple"] = {.type = Type::boolean};
    return {
        {.verb = "GET", .path = "/access/tfa", .run = list_all, .is_protected = true},
        {.verb = "GET",
         .path = "/access/tfa/{userid}",
         .run = list_of_user,
         .permission = read,
         .schema = one,
         .is_protected = true},
        {.verb = "GET",
         .path = "/access/tfa/{userid}/{id}",
         .run = read_entry,
         .permission = read,
         .schema = entry,
         .is_protected = true},
        {.verb = "GET",
         .path = "/access/users/{userid}/tfa",
         .run = read_types,
         .permission = read,
         .schema = types,
         .is_protected = true},
        {.verb = "PUT",
         .path = "/access/users/{userid}/unlock-tfa",
         .run = unlock,
         .permission = Rule{NeedsGroupRight{{"User.Modify"}}},
         .schema = one,
         .is_protected = true},
    };
}

} // namespace pveform::simulator
