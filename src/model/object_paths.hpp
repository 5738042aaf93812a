// Where objects stand in PVE's tree of paths: pool prod at `/pool/prod`, guest 100 at `/vms/100`,
// the storage local at `/storage/local`.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
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

/// What can be in a pool.
enum class MemberKind { guest, storage };

/// Of what stands below `/vms` or `/storage`; nothing at other paths.
[[nodiscard]] std::optional<MemberKind> member_kind(std::string_view path);

/// Whether the path is below `/pool`.
[[nodiscard]] bool is_pool_path(std::string_view path);

} // namespace pveform
