// Guests and storages, as far as the simulator knows them.
#pragma once

#include <optional>
#include <string>

#include "simulator/store.hpp"
#include "json/value.hpp"

namespace pveform::simulator {

/// As a member of a pool and in /cluster/resources; nothing for a guest that is not there. Without
/// an inventory every guest and storage that a pool names is taken to exist.
[[nodiscard]] std::optional<json::Value> guest_entry(const Store& store, const std::string& guest);
[[nodiscard]] std::optional<json::Value>
storage_entry(const Store& store, const std::string& storage);

} // namespace pveform::simulator
