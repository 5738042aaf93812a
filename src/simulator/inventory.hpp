// What there is in a cluster besides access control: nodes, guests, storages, networks, mappings.
// The simulator only lists them, so that policies can tell whether an ACL path leads anywhere.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "json/value.hpp"

namespace pveform::simulator {

/// Objects as `inventory.json` gives them; every one has the key that PVE lists it by.
struct Inventory {
    json::Array nodes;                           // `node`
    json::Array guests;                          // `vmid`, `type` (qemu, lxc), `node`
    json::Array storages;                        // `storage`, `type`
    std::map<std::string, json::Array> sdn;      // zones, vnets, controllers, dns, ipams, fabrics
    std::map<std::string, json::Array> mappings; // pci, usb, dir: `id`
};

[[nodiscard]] Result<Inventory> parse_inventory(std::string_view text);

} // namespace pveform::simulator
