// A user or token that somebody named on the command line, looked for in the cluster.
#pragma once

#include <string>

#include "base/error.hpp"
#include "model/state.hpp"

namespace pveform::cli {

/// An error of kind `usage` where there is none of that name, with what may have been meant.
[[nodiscard]] Result<Principal> known_principal(const std::string& id, const State& state);

} // namespace pveform::cli
