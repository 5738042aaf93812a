// Pools that PVE hides from whoever reads the cluster, put into words.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "model/state.hpp"

namespace pveform::plan {

/// What is missing, for whom, and the command that grants it. `reader` is nobody where the view is
/// from a file.
[[nodiscard]] std::string hidden_pools_in_words(
    const std::set<AclPath>& paths, const std::optional<Principal>& reader, const State& state
);

} // namespace pveform::plan
