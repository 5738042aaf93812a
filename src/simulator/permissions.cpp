// GET /access/permissions. Mirrors pve-access-control: src/PVE/API2/AccessControl.pm and
// src/PVE/RPCEnvironment.pm (get_effective_permissions).
#include <set>

#include "base/text.hpp"
#include "formats/grammar.hpp"
#include "simulator/method.hpp"
#include "simulator/text_values.hpp"

namespace pveform::simulator {

namespace {

json::Value privileges_value(const access::Privileges& privileges) {
    json::Object value;
    for (const auto& [privilege, propagate] : privileges) {
        value.emplace_back(privilege.text, flag_value(propagate));
    }
    return value;
}

/// The paths that PVE looks at: a few fixed ones, the ACL tree with the nodes between, and what is
/// in pools.
std::set<std::string> paths_of_interest(const formats::UserConfig& config) {
    std::set<std::string> paths = formats::tree_nodes(config);
    for (const char* path :
         {"/access", "/access/groups", "/nodes", "/pool", "/sdn", "/storage", "/vms"}) {
        paths.insert(path);
    }
    for (const auto& [id, pool] : config.pools) {
        for (const std::string& guest : pool.guests) {
            paths.insert("/vms/" + guest);
        }
        for (const std::string& storage : pool.storages) {
            paths.insert("/storage/" + storage);
        }
    }
    return paths;
}

/// The caller itself and the tokens of a user are its own business.
bool may_ask_freely(std::string_view caller, const std::string& about) {
    return about == caller ||
           (!formats::check_token_id(about) && split_token_id(about).user.text == caller);
}

Outcome<json::Value> list_permissions(Call& call) {
    const std::string about = call.arguments.has("userid") ? call.arguments["userid"] : call.caller;
    if (!may_ask_freely(call.caller, about)) {
        TRY(require(call.store, call.caller, "/access", {"Sys.Audit"}));
    }
    json::Value answer{json::Object{}};
    if (call.arguments.is_true("path")) {
        const std::string& path = call.arguments["path"];
        answer.set(path, privileges_value(call.store.privileges(about, path)));
        return answer;
    }
    for (const std::string& path : paths_of_interest(call.store.config())) {
        if (const auto held = call.store.privileges(about, path); !held.empty()) {
            answer.set(path, privileges_value(held));
        }
    }
    return answer;
}

} // namespace

std::vector<Method> permission_methods() {
    return {
        {.verb = "GET",
         .path = "/access/permissions",
         .run = list_permissions,
         .schema = Schema{{"userid", {.pattern = Pattern::user_or_token_id}}, {"path", {}}}},
    };
}

} // namespace pveform::simulator
