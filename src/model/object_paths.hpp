// Where objects stand in PVE's tree of paths: pool prod at `/pool/prod`, guest 100 at `/vms/100`,
// the storage local at `/storage/local`.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/ids.hpp"
#include "model/state.hpp"

namespace pveform {

[[nodiscard]] std::string path_of(const GroupId& group);
[[nodiscard]] std::string path_of(const RealmId& realm);
[[nodiscard]] std::string path_of(const PoolId& pool);

/// Those of the guests, then those of the storages.
[[nodiscard]] std::vector<std::string> member_paths(const Pool& pool);

using PoolsByMember = std::map<std::string, std::vector<PoolId>>; // by the member's path

[[nodiscard]] PoolsByMember pools_by_member(const State& state);

} // namespace pveform
