// /pools. Mirrors pve-manager: PVE/API2/Pool.pm.
#include <fmt/format.h>

#include "formats/grammar.hpp"
#include "formats/perl_text.hpp"
#include "simulator/method.hpp"
#include "simulator/objects.hpp"
#include "simulator/text_values.hpp"

namespace pveform::simulator {

namespace {

using formats::PoolEntry;
using formats::UserConfig;

json::Array members_of(const Call& call, const PoolEntry& pool) {
    const std::string& wanted = call.arguments["type"];
    json::Array members;
    for (const std::string& guest : pool.guests) {
        const auto entry = guest_entry(call.store, guest);
        if (entry && (wanted.empty() || *entry->find("type")->as_string() == wanted)) {
            members.push_back(*entry);
        }
    }
    for (const std::string& storage : pool.storages) {
        const auto entry = storage_entry(call.store, storage);
        if (entry && (wanted.empty() || wanted == "storage")) {
            members.push_back(*entry);
        }
    }
    return members;
}

/// Of one pool. PVE asks for Pool.Audit here, and then goes on whatever the answer was.
Outcome<json::Value> pool_entry(const Call& call) {
    const std::string& id = call.arguments["poolid"];
    const auto& pools = call.store.config().pools;
    const auto pool = pools.find(id);
    if (pool == pools.end()) {
        return died(fmt::format("pool '{}' does not exist", id));
    }
    json::Value value = json::Object{{"poolid", id}, {"members", members_of(call, pool->second)}};
    set_unless_empty(value, "comment", pool->second.comment);
    return value;
}

Outcome<json::Value> list_pools(Call& call) {
    json::Array list;
    if (call.arguments.is_true("poolid")) {
        list.push_back(TRY(pool_entry(call)));
        return list;
    }
    for (const auto& [id, pool] : call.store.config().pools) {
        if (require(call.store, call.caller, "/pool/" + id, {"Pool.Audit"})) {
            json::Value value = json::Object{{"poolid", id}};
            set_unless_empty(value, "comment", pool.comment);
            list.push_back(std::move(value));
        }
    }
    return list;
}

/// PVE takes the first of the list, which is of all pools where the name is false to Perl: for `0`
/// that is whichever pool the caller sees first.
Outcome<json::Value> describe_pool(Call& call) {
    const json::Value list = TRY(list_pools(call));
    const json::Array& pools = *list.as_array();
    return pools.empty() ? json::Value(nullptr) : pools.front();
}

/// New names start with a letter since 9.0.
Outcome<void> check_new_name(const UserConfig& config, const std::string& id) {
    const std::size_t slash = id.rfind('/');
    if (slash != std::string::npos && !config.pools.contains(id.substr(0, slash))) {
        return died(fmt::format("parent '{}' of pool '{}' does not exist", id.substr(0, slash), id)
        );
    }
    const char first = slash == std::string::npos ? id.front() : id[slash + 1];
    const bool is_letter = (first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z');
    if (!is_letter && config.release >= Release{9, 0}) {
        return died("pool name must start with a letter");
    }
    return {};
}

Outcome<json::Value> create_pool(Call& call) {
    const std::string& id = call.arguments["poolid"];
    TRY(call.store.locked("create pool failed", [&](UserConfig& config) -> Outcome<void> {
        if (config.pools.contains(id)) {
            return died(fmt::format("pool '{}' already exists", id));
        }
        TRY(check_new_name(config, id));
        config.pools[id].comment = call.arguments["comment"];
        return {};
    }));
    return nullptr;
}

Outcome<void> add_guest(Call& call, UserConfig& config, const std::string& guest) {
    const std::string& id = call.arguments["poolid"];
    PoolEntry& pool = config.pools.at(id);
    if (pool.guests.contains(guest)) {
        return died(fmt::format("VM {} is already a pool member", guest));
    }
    if (const auto other = config.pool_of_guest.find(guest); other != config.pool_of_guest.end()) {
        if (!call.arguments.is_true("allow-move")) {
            return died(fmt::format(
                "VM {} belongs already to pool '{}' and 'allow-move' is not set",
                guest,
                other->second
            ));
        }
        TRY(require(call.store, call.caller, "/pool/" + other->second, {"Pool.Allocate"}));
        config.pools[other->second].guests.erase(guest);
    }
    pool.guests.insert(guest);
    config.pool_of_guest[guest] = id;
    return {};
}

Outcome<void> change_guests(Call& call, UserConfig& config) {
    PoolEntry& pool = config.pools.at(call.arguments["poolid"]);
    for (const std::string& guest : call.arguments.list("vms")) {
        TRY(require_acl_right(call.store, call.caller, "/vms/" + guest));
        if (!call.arguments.is_true("delete")) {
            TRY(add_guest(call, config, guest));
        } else if (pool.guests.erase(guest) == 0) {
            return died(fmt::format("VM {} is not a pool member", guest));
        } else {
            config.pool_of_guest.erase(guest);
        }
    }
    return {};
}

Outcome<void> change_storages(Call& call, UserConfig& config) {
    PoolEntry& pool = config.pools.at(call.arguments["poolid"]);
    for (const std::string& storage : call.arguments.list("storage")) {
        TRY(require_acl_right(call.store, call.caller, "/storage/" + storage));
        if (call.arguments.is_true("delete")) {
            if (pool.storages.erase(storage) == 0) {
                return died(fmt::format("Storage '{}' is not a pool member", storage));
            }
        } else if (!pool.storages.insert(storage).second) {
            return died(fmt::format("Storage '{}' is already a pool member", storage));
        }
    }
    return {};
}

Outcome<json::Value> update_pool(Call& call) {
    const std::string& id = call.arguments["poolid"];
    TRY(call.store.locked("update pools failed", [&](UserConfig& config) -> Outcome<void> {
        const auto pool = config.pools.find(id);
        if (pool == config.pools.end()) {
            return died(fmt::format("pool '{}' does not exist", id));
        }
        if (const std::string* comment = call.arguments.find("comment")) {
            pool->second.comment = *comment;
        }
        TRY(change_guests(call, config));
        return change_storages(call, config);
    }));
    return nullptr;
}

Outcome<void> check_is_empty(const Store& store, const std::string& id) {
    const auto& pools = store.config().pools;
    const auto pool = pools.find(id);
    if (pool == pools.end()) {
        return died(fmt::format("pool '{}' does not exist", id));
    }
    for (const auto& [other, entry] : pools) {
        if (other.starts_with(id + "/") && !other.substr(id.size() + 1).contains('/')) {
            return died(fmt::format("pool '{}' is not empty (contains pool '{}')", id, other));
        }
    }
    for (const std::string& guest : pool->second.guests) {
        if (guest_entry(store, guest)) {
            return died(fmt::format("pool '{}' is not empty (contains VM {})", id, guest));
        }
    }
    for (const std::string& storage : pool->second.storages) {
        if (storage_entry(store, storage)) {
            return died(fmt::format("pool '{}' is not empty (contains storage '{}')", id, storage));
        }
    }
    return {};
}

/// With the ACL entries below it, but only if it is no nested pool: PVE looks for those under one
/// name with a slash in it, which there never is.
Outcome<json::Value> delete_pool(Call& call) {
    const std::string& id = call.arguments["poolid"];
    TRY(call.store.locked("delete pool failed", [&](UserConfig& config) -> Outcome<void> {
        TRY(check_is_empty(call.store, id));
        config.pools.erase(id);
        if (!id.contains('/')) {
            const std::string path = "/pool/" + id;
            std::erase_if(config.acl, [&path](const auto& node) {
                return node.first == path || node.first.starts_with(path + "/");
            });
        }
        return {};
    }));
    return nullptr;
}

} // namespace

std::vector<Method> pool_methods() {
    const Rule allocate = needs("/pool/{poolid}", {"Pool.Allocate"});
    const Property type{.one_of = {"qemu", "lxc", "storage"}};
    const Schema one = {{"poolid", {.format = Format::pool_id, .required = true}}};
    Schema list = {{"poolid", {.format = Format::pool_id}}, {"type", type}};
    list["type"].requires_property = "poolid";
    Schema with_type = one;
    with_type["type"] = type;
    Schema creation = one;
    creation["comment"] = {};
    Schema update = creation;
    update["vms"] = {.format = Format::guest_list};
    update["storage"] = {.format = Format::storage_list};
    update["allow-move"] = {.type = Type::boolean};
    update["delete"] = {.type = Type::boolean};
    std::vector<Method> methods = {
        {.verb = "GET", .path = "/pools", .run = list_pools, .schema = list},
        {.verb = "POST",
         .path = "/pools",
         .run = create_pool,
         .permission = allocate,
         .schema = creation,
         .is_protected = true},
        {.verb = "GET",
         .path = "/pools/{poolid}",
         .run = describe_pool,
         .permission = needs("/pool/{poolid}", {"Pool.Audit"}),
         .schema = with_type},
    };
    for (const std::string_view path : {"/pools", "/pools/{poolid}"}) {
        methods.push_back({
            .verb = "PUT",
            .path = path,
            .run = update_pool,
            .permission = allocate,
            .schema = update,
            .is_protected = true,
        });
        methods.push_back({
            .verb = "DELETE",
            .path = path,
            .run = delete_pool,
            .permission = allocate,
            .schema = one,
            .is_protected = true,
        });
    }
    return methods;
}

} // namespace pveform::simulator
