// /access/domains, for reading. Mirrors pve-access-control: src/PVE/API2/Domains.pm.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/perl_text.hpp"
#include "simulator/method.hpp"
#include "simulator/text_values.hpp"

namespace pveform::simulator {

namespace {

using formats::RealmEntry;

std::string property(const RealmEntry& realm, const std::string& name) {
    const auto found = realm.properties.find(name);
    return found == realm.properties.end() ? std::string() : found->second;
}

/// `type=oath,step=30` → `oath`; the type may also stand alone.
std::string second_factor_type(std::string_view setting) {
    for (const std::string& part : split(setting, ",")) {
        const std::size_t equals = part.find('=');
        if (equals == std::string::npos) {
            return part;
        }
        if (part.substr(0, equals) == "type") {
            return part.substr(equals + 1);
        }
    }
    return {};
}

Outcome<json::Value> list_realms(Call& call) {
    json::Array list;
    for (const auto& [id, realm] : call.store.domains().realms) {
        json::Value value = json::Object{{"realm", id}, {"type", realm.type}};
        if (const std::string comment = property(realm, "comment"); formats::is_true(comment)) {
            value.set("comment", comment);
        }
        if (formats::is_true(property(realm, "default"))) {
            value.set("default", 1);
        }
        set_unless_empty(value, "tfa", second_factor_type(property(realm, "tfa")));
        list.push_back(std::move(value));
    }
    call.shuffler.shuffle(list.begin(), list.end());
    return list;
}

/// Booleans and numbers of domains.cfg are numbers in JSON.
json::Value property_value(std::string_view name, const std::string& text) {
    constexpr std::array<std::string_view, 9> numbers = {
        "autocreate",
        "case-sensitive",
        "default",
        "groups-autocreate",
        "groups-overwrite",
        "port",
        "query-userinfo",
        "secure",
        "verify",
    };
    if (std::ranges::find(numbers, name) != numbers.end()) {
        if (const auto number = parse_integer<std::int64_t>(text)) {
            return *number;
        }
    }
    return text;
}

Outcome<json::Value> read_realm(Call& call) {
    const std::string& id = call.arguments["realm"];
    const auto& realms = call.store.domains().realms;
    const auto realm = realms.find(id);
    if (realm == realms.end()) {
        return died(fmt::format("domain '{}' does not exist", id));
    }
    json::Value value = json::Object{{"type", realm->second.type}};
    for (const auto& [name, text] : realm->second.properties) {
        value.set(name, property_value(name, text));
    }
    if (id == "pam") {
        value.set("plugin", "PVE::Auth::PAM");
    }
    value.set("digest", call.store.domains().digest);
    return value;
}

} // namespace

std::vector<Method> realm_methods() {
    return {
        {.verb = "GET", .path = "/access/domains", .run = list_realms, .permission = World{}},
        {.verb = "GET",
         .path = "/access/domains/{realm}",
         .run = read_realm,
         .permission = needs("/access/realm", {"Realm.Allocate", "Sys.Audit"}, true),
         .schema =
             Schema{{"realm", {.format = Format::realm, .required = true, .max_length = 32}}}},
    };
}

} // namespace pveform::simulator
