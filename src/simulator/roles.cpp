// /access/roles. Mirrors pve-access-control: src/PVE/API2/Role.pm.
#include <fmt/format.h>

#include "base/text.hpp"
#include "model/builtin_roles.hpp"
#include "simulator/method.hpp"
#include "simulator/text_values.hpp"

namespace pveform::simulator {

namespace {

using formats::UserConfig;

bool is_built_in(const Store& store, const std::string& id) {
    return builtin_roles(store.release()).contains(RoleId{id});
}

std::unexpected<Failure> missing(const std::string& id) {
    return died(fmt::format("role '{}' does not exist", id));
}

Outcome<json::Value> list_roles(Call& call) {
    json::Array list;
    for (const auto& [id, privileges] : call.store.config().roles) {
        list.emplace_back(json::Object{
            {"roleid", id},
            {"privs", join({privileges.begin(), privileges.end()}, ",")},
            {"special", flag_value(is_built_in(call.store, id))},
        });
    }
    call.shuffler.shuffle(list.begin(), list.end());
    return list;
}

Outcome<json::Value> read_role(Call& call) {
    const std::string& id = call.arguments["roleid"];
    const auto& roles = call.store.config().roles;
    const auto role = roles.find(id);
    if (role == roles.end()) {
        return missing(id);
    }
    json::Object privileges;
    for (const std::string& privilege : role->second) {
        privileges.emplace_back(privilege, 1);
    }
    return privileges;
}

Outcome<json::Value> create_role(Call& call) {
    const std::string& id = call.arguments["roleid"];
    if (to_lower(id).starts_with("pve")) {
        return bad_parameters(
            {{"roleid", "cannot use role ID starting with the (case-insensitive) 'PVE' namespace"}}
        );
    }
    TRY(call.store.locked("create role failed", [&](UserConfig& config) -> Outcome<void> {
        if (config.roles.contains(id)) {
            return died(fmt::format("role '{}' already exists", id));
        }
        const auto privileges = call.arguments.list("privs");
        config.roles[id] = {privileges.begin(), privileges.end()};
        return {};
    }));
    return nullptr;
}

/// Without `append` the list is the whole list, also where none is sent.
Outcome<json::Value> update_role(Call& call) {
    const std::string& id = call.arguments["roleid"];
    if (is_built_in(call.store, id)) {
        return died(fmt::format("auto-generated role '{}' cannot be modified", id));
    }
    TRY(call.store.locked("update role failed", [&](UserConfig& config) -> Outcome<void> {
        const auto role = config.roles.find(id);
        if (role == config.roles.end()) {
            return missing(id);
        }
        if (!call.arguments.is_true("append")) {
            role->second.clear();
        }
        const auto privileges = call.arguments.list("privs");
        role->second.insert(privileges.begin(), privileges.end());
        return {};
    }));
    return nullptr;
}

/// Its ACL entries disappear with the next reading of the file, which is this one.
Outcome<json::Value> delete_role(Call& call) {
    const std::string& id = call.arguments["roleid"];
    if (is_built_in(call.store, id)) {
        return died(fmt::format("auto-generated role '{}' cannot be deleted", id));
    }
    TRY(call.store.locked("delete role failed", [&](UserConfig& config) -> Outcome<void> {
        return config.roles.erase(id) == 0 ? Outcome<void>(missing(id)) : Outcome<void>();
    }));
    return nullptr;
}

} // namespace

std::vector<Method> role_methods() {
    const Rule modify = needs("/access", {"Sys.Modify"});
    const Schema one = {{"roleid", {.format = Format::role_id, .required = true}}};
    Schema creation = one;
    creation["privs"] = {.format = Format::privilege_list};
    Schema update = creation;
    update["append"] = {.type = Type::boolean, .requires_property = "privs"};
    constexpr std::string_view path = "/access/roles/{roleid}";
    return {
        {.verb = "GET", .path = "/access/roles", .run = list_roles},
        {.verb = "POST",
         .path = "/access/roles",
         .run = create_role,
         .permission = modify,
         .schema = creation,
         .is_protected = true},
        {.verb = "GET", .path = path, .run = read_role, .schema = one},
        {.verb = "PUT",
         .path = path,
         .run = update_role,
         .permission = modify,
         .schema = update,
         .is_protected = true},
        {.verb = "DELETE",
         .path = path,
         .run = delete_role,
         .permission = modify,
         .schema = one,
         .is_protected = true},
    };
}

} // namespace pveform::simulator
