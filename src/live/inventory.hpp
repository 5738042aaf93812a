// What ACL paths can name in a cluster, from PVE's lists of guests, storages and so on. Read only
// where somebody asks whether a path exists.
// pve-manager: PVE/API2/Cluster.pm; pve-storage: src/PVE/API2/Storage/Config.pm; pve-network:
// src/PVE/API2/Network/SDN/.
#pragma once

#include "live/read.hpp"
#include "model/inventory.hpp"

namespace pveform::live {

/// Some dozen GETs. What cannot be seen, or what this release does not have, is `unseen_below`.
[[nodiscard]] Result<Inventory> fetch_inventory(ReadTransport& transport, const View& view);

} // namespace pveform::live
