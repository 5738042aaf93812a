// The objects of a cluster that ACL paths can name: guests, storages, nodes, …. PVE checks the
// paths of ACL entries by their form alone, so that a typing error is stored without a word.
#pragma once

#include <set>

#include "model/acl_path.hpp"
#include "model/state.hpp"

namespace pveform {

struct Inventory {
    std::set<AclPath> objects;      // `/vms/100`, `/sdn/zones/z1/v1`
    std::set<AclPath> unseen_below; // what is there could not be seen in full

    /// Whether something can be there. True where that cannot be known: what PVE does not list
    /// (VLAN tags, kinds of mappings that it does not know itself), and what could not be seen.
    [[nodiscard]] bool may_exist(const AclPath& path) const;

    friend bool operator==(const Inventory&, const Inventory&) = default;
};

/// What a state tells by itself: its pools, groups and realms. At and below `hidden_pools` there
/// may be more; everything else is unseen.
[[nodiscard]] Inventory inventory_of(const State& state, const std::set<AclPath>& hidden_pools);

} // namespace pveform
