// Lists of what ACL paths lead to: nodes, guests, storages, networks, mappings (facts 3.10).
#include "simulator/objects.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "simulator/method.hpp"

namespace pveform::simulator {

namespace {

const std::string default_node = "pve";

/// A member as text, whether the inventory has it as a string or as a number.
std::string text_of(const json::Value& object, std::string_view key) {
    const json::Value* value = object.find(key);
    if (value == nullptr) {
        return {};
    }
    if (const auto* text = value->as_string()) {
        return *text;
    }
    const auto* number = value->as_int();
    return number == nullptr ? std::string() : std::to_string(*number);
}

std::string text_or(const json::Value& object, std::string_view key, const std::string& otherwise) {
    std::string text = text_of(object, key);
    return text.empty() ? otherwise : text;
}

/// Every storage is listed once for each node that has it.
std::vector<std::string> nodes_of_storage(const Store& store, const json::Value& storage) {
    std::vector<std::string> nodes = split(text_of(storage, "nodes"), ",");
    if (nodes.empty() && store.inventory()) {
        for (const json::Value& node : store.inventory()->nodes) {
            nodes.push_back(text_of(node, "node"));
        }
    }
    return nodes.empty() ? std::vector{default_node} : nodes;
}

json::Value guest_resource(const json::Value& guest) {
    const std::string type = text_or(guest, "type", "qemu");
    const std::string id = text_of(guest, "vmid");
    json::Value value = guest;
    value.set("id", fmt::format("{}/{}", type, id));
    value.set("type", type);
    value.set("vmid", parse_integer<std::int64_t>(id).value_or(0));
    value.set("node", text_or(guest, "node", default_node));
    value.set("status", text_or(guest, "status", "stopped"));
    return value;
}

json::Value storage_resource(const json::Value& storage, const std::string& node) {
    const std::string name = text_of(storage, "storage");
    return json::Object{
        {"id", fmt::format("storage/{}/{}", node, name)},
        {"type", "storage"},
        {"storage", name},
        {"node", node},
        {"plugintype", text_or(storage, "type", "dir")},
        {"content", text_or(storage, "content", "images")},
        {"shared", text_of(storage, "shared") == "1" ? 1 : 0},
        {"status", "available"},
    };
}

/// What pools name stands in for an inventory that was not given.
Inventory known_objects(const Store& store) {
    if (store.inventory()) {
        return *store.inventory();
    }
    Inventory assumed;
    assumed.nodes.emplace_back(json::Object{{"node", default_node}});
    std::set<std::string> storages;
    for (const auto& [id, pool] : store.config().pools) {
        for (const std::string& guest : pool.guests) {
            assumed.guests.emplace_back(json::Object{{"vmid", guest}});
        }
        storages.insert(pool.storages.begin(), pool.storages.end());
    }
    for (const std::string& storage : storages) {
        assumed.storages.emplace_back(json::Object{{"storage", storage}, {"type", "dir"}});
    }
    return assumed;
}

bool sees(Call& call, const std::string& path, const std::vector<std::string>& privileges) {
    return require(call.store, call.caller, path, privileges, true).has_value();
}

json::Value node_value(const json::Value& node) {
    const std::string name = text_of(node, "node");
    json::Value value = node;
    value.set("node", name);
    value.set("id", "node/" + name);
    value.set("type", "node");
    value.set("status", text_or(node, "status", "online"));
    return value;
}

Outcome<json::Value> list_nodes(Call& call) {
    json::Array list;
    for (const json::Value& node : known_objects(call.store).nodes) {
        list.push_back(node_value(node));
    }
    call.shuffler.shuffle(list.begin(), list.end());
    return list;
}

void add_guests(Call& call, const Inventory& inventory, json::Array& list) {
    for (const json::Value& guest : inventory.guests) {
        if (sees(call, "/vms/" + text_of(guest, "vmid"), {"VM.Audit"})) {
            list.push_back(guest_resource(guest));
        }
    }
}

void add_storages(Call& call, const Inventory& inventory, json::Array& list) {
    for (const json::Value& storage : inventory.storages) {
        if (!sees(call, "/storage/" + text_of(storage, "storage"), {"Datastore.Audit"})) {
            continue;
        }
        for (const std::string& node : nodes_of_storage(call.store, storage)) {
            list.push_back(storage_resource(storage, node));
        }
    }
}

void add_pools(Call& call, json::Array& list) {
    for (const auto& [id, pool] : call.store.config().pools) {
        if (sees(call, "/pool/" + id, {"Pool.Audit"})) {
            list.emplace_back(json::Object{{"id", "/pool/" + id}, {"type", "pool"}, {"pool", id}});
        }
    }
}

Outcome<json::Value> list_resources(Call& call) {
    const std::string& type = call.arguments["type"];
    const Inventory inventory = known_objects(call.store);
    json::Array list;
    if (type.empty()) {
        add_pools(call, list);
    }
    if (type.empty() || type == "vm") {
        add_guests(call, inventory, list);
    }
    if (type.empty() || type == "node") {
        for (const json::Value& node : inventory.nodes) {
            list.push_back(node_value(node));
        }
    }
    if (type.empty() || type == "storage") {
        add_storages(call, inventory, list);
    }
    call.shuffler.shuffle(list.begin(), list.end());
    return list;
}

Outcome<json::Value> list_storages(Call& call) {
    json::Array list;
    for (const json::Value& storage : known_objects(call.store).storages) {
        const std::string path = "/storage/" + text_of(storage, "storage");
        if (sees(call, path, {"Datastore.Audit", "Datastore.AllocateSpace"})) {
            list.push_back(storage);
        }
    }
    call.shuffler.shuffle(list.begin(), list.end());
    return list;
}

/// One kind of network object: the list, where its items stand among ACL paths, by which key.
struct NetworkKind {
    std::string list;
    std::string path;
    std::string key;
};

Outcome<json::Value> list_network(Call& call, const NetworkKind& kind) {
    json::Array list;
    if (call.store.inventory() && call.store.inventory()->sdn.contains(kind.list)) {
        for (const json::Value& item : call.store.inventory()->sdn.at(kind.list)) {
            std::string path = kind.path + "/" + text_of(item, kind.key);
            if (kind.list == "vnets") {
                path = fmt::format(
                    "{}/{}/{}", kind.path, text_of(item, "zone"), text_of(item, "vnet")
                );
            }
            if (sees(call, path, {"SDN.Audit", "SDN.Allocate"})) {
                list.push_back(item);
            }
        }
    }
    call.shuffler.shuffle(list.begin(), list.end());
    return list;
}

Outcome<json::Value> list_zones(Call& call) {
    return list_network(call, {"zones", "/sdn/zones", "zone"});
}

Outcome<json::Value> list_vnets(Call& call) {
    return list_network(call, {"vnets", "/sdn/zones", "vnet"});
}

Outcome<json::Value> list_controllers(Call& call) {
    return list_network(call, {"controllers", "/sdn/controllers", "controller"});
}

Outcome<json::Value> list_dns(Call& call) {
    return list_network(call, {"dns", "/sdn/dns", "dns"});
}

Outcome<json::Value> list_ipams(Call& call) {
    return list_network(call, {"ipams", "/sdn/ipams", "ipam"});
}

Outcome<json::Value> list_fabrics(Call& call) {
    return list_network(call, {"fabrics", "/sdn/fabrics", "id"});
}

Outcome<json::Value> list_all_fabrics(Call& call) {
    json::Value fabrics = TRY(list_fabrics(call));
    return json::Object{{"fabrics", std::move(fabrics)}, {"nodes", json::Array{}}};
}

Outcome<json::Value> list_mappings(Call& call, const std::string& kind) {
    json::Array list;
    if (call.store.inventory() && call.store.inventory()->mappings.contains(kind)) {
        for (const json::Value& item : call.store.inventory()->mappings.at(kind)) {
            const std::string path = fmt::format("/mapping/{}/{}", kind, text_of(item, "id"));
            if (sees(call, path, {"Mapping.Modify", "Mapping.Use", "Mapping.Audit"})) {
                list.push_back(item);
            }
        }
    }
    call.shuffler.shuffle(list.begin(), list.end());
    return list;
}

Outcome<json::Value> list_pci(Call& call) {
    return list_mappings(call, "pci");
}

Outcome<json::Value> list_usb(Call& call) {
    return list_mappings(call, "usb");
}

Outcome<json::Value> list_dir(Call& call) {
    return list_mappings(call, "dir");
}

template<class Items>
const json::Value* find_item(const Items& items, std::string_view key, const std::string& id) {
    for (const json::Value& item : items) {
        if (text_of(item, key) == id) {
            return &item;
        }
    }
    return nullptr;
}

} // namespace

std::optional<json::Value> guest_entry(const Store& store, const std::string& guest) {
    if (!store.inventory()) {
        return guest_resource(json::Object{{"vmid", guest}});
    }
    const json::Value* item = find_item(store.inventory()->guests, "vmid", guest);
    return item == nullptr ? std::nullopt : std::optional(guest_resource(*item));
}

std::optional<json::Value> storage_entry(const Store& store, const std::string& storage) {
    if (!store.inventory()) {
        return storage_resource(json::Object{{"storage", storage}}, default_node);
    }
    const json::Value* item = find_item(store.inventory()->storages, "storage", storage);
    if (item == nullptr) {
        return std::nullopt;
    }
    return storage_resource(*item, nodes_of_storage(store, *item).front());
}

std::vector<Method> object_methods(Release release) {
    const Schema resources = {{"type", {.one_of = {"vm", "storage", "node", "sdn"}}}};
    const Schema filter = {
        {"pending", {.type = Type::boolean}}, {"running", {.type = Type::boolean}}, {"type", {}}};
    std::vector<Method> methods = {
        {.verb = "GET", .path = "/nodes", .run = list_nodes},
        {.verb = "GET", .path = "/cluster/resources", .run = list_resources, .schema = resources},
        {.verb = "GET", .path = "/storage", .run = list_storages, .schema = Schema{{"type", {}}}},
        {.verb = "GET", .path = "/cluster/sdn/zones", .run = list_zones, .schema = filter},
        {.verb = "GET", .path = "/cluster/sdn/vnets", .run = list_vnets, .schema = filter},
        {.verb = "GET",
         .path = "/cluster/sdn/controllers",
         .run = list_controllers,
         .schema = filter},
        {.verb = "GET", .path = "/cluster/sdn/dns", .run = list_dns, .schema = filter},
        {.verb = "GET", .path = "/cluster/sdn/ipams", .run = list_ipams, .schema = filter},
        {.verb = "GET", .path = "/cluster/mapping/pci", .run = list_pci},
        {.verb = "GET", .path = "/cluster/mapping/usb", .run = list_usb},
    };
    if (release >= Release{9, 0}) {
        methods.push_back(
            {.verb = "GET",
             .path = "/cluster/sdn/fabrics/fabric",
             .run = list_fabrics,
             .schema = filter}
        );
        methods.push_back(
            {.verb = "GET",
             .path = "/cluster/sdn/fabrics/all",
             .run = list_all_fabrics,
             .schema = filter}
        );
    }
    if (release >= Release{8, 4}) {
        methods.push_back({.verb = "GET", .path = "/cluster/mapping/dir", .run = list_dir});
    }
    return methods;
}

} // namespace pveform::simulator
