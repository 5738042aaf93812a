// Why somebody holds what they hold at a path, a line for each entry that counts there.
#pragma once

#include <string>
#include <vector>

#include "model/state.hpp"

namespace pveform::policy {

/// `` `/pool/prod`: role `PVEVMUser` of `@ops`, through pool `prod` ``, in the order of the walk,
/// with what keeps an entry from giving its role. For users and tokens of the state.
[[nodiscard]] std::vector<std::string>
because(const State& state, const Principal& principal, const std::string& path);

} // namespace pveform::policy
