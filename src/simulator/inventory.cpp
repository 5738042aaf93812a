#include "simulator/inventory.hpp"

#include <fmt/format.h>

#include "json/read.hpp"

namespace pveform::simulator {

namespace {

Error malformed(std::string message) {
    return {
        .kind = ErrorKind::usage,
        .message = "inventory.json: " + std::move(message),
        .help = "it is an object of lists: nodes, guests, storages, and the objects of lists sdn "
                "and mapping",
    };
}

/// The list under `name`, each item an object with `key`; an empty one where there is none.
Result<json::Array>
list_of(const json::Value& parent, std::string_view name, std::string_view key) {
    const json::Value* value = parent.find(name);
    if (value == nullptr) {
        return json::Array{};
    }
    const json::Array* items = value->as_array();
    if (items == nullptr) {
        return std::unexpected(malformed(fmt::format("`{}` is not a list", name)));
    }
    for (const json::Value& item : *items) {
        if (item.find(key) == nullptr) {
            return std::unexpected(malformed(fmt::format("an item of `{}` has no `{}`", name, key))
            );
        }
    }
    return *items;
}

} // namespace

Result<Inventory> parse_inventory(std::string_view text) {
    const auto root = json::parse(text);
    if (!root) {
        return std::unexpected(malformed(root.error()));
    }
    Inventory inventory;
    inventory.nodes = TRY(list_of(*root, "nodes", "node"));
    inventory.guests = TRY(list_of(*root, "guests", "vmid"));
    inventory.storages = TRY(list_of(*root, "storages", "storage"));
    if (const json::Value* sdn = root->find("sdn")) {
        inventory.sdn["zones"] = TRY(list_of(*sdn, "zones", "zone"));
        inventory.sdn["vnets"] = TRY(list_of(*sdn, "vnets", "vnet"));
        inventory.sdn["controllers"] = TRY(list_of(*sdn, "controllers", "controller"));
        inventory.sdn["dns"] = TRY(list_of(*sdn, "dns", "dns"));
        inventory.sdn["ipams"] = TRY(list_of(*sdn, "ipams", "ipam"));
        inventory.sdn["fabrics"] = TRY(list_of(*sdn, "fabrics", "id"));
    }
    if (const json::Value* mapping = root->find("mapping")) {
        for (const char* kind : {"pci", "usb", "dir"}) {
            inventory.mappings[kind] = TRY(list_of(*mapping, kind, "id"));
        }
    }
    return inventory;
}

} // namespace pveform::simulator
