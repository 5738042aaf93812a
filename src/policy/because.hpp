// Why somebody holds what they hold at a path, a line for each entry that counts there.
#pragma once

#include <string>
#include <vector>

#include "model/state.hpp"

namespace pveform::policy {

/// `/pool/prod: PVEVMUser, of group `ops`, through pool prod`. For users and tokens.
[[nodiscard]] std::vector<std::string>
because(const State& state, const Principal& principal, const std::string& path);

} // namespace pveform::policy
