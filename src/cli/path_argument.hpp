// A path of the ACL that somebody asks about on the command line.
#pragma once

#include <string>

#include "base/error.hpp"
#include "model/acl_path.hpp"
#include "model/state.hpp"

namespace pveform::cli {

/// Normalised as in documents. Refused is what this PVE could have no entry at and has none at:
/// an answer about it would look like one about something that exists.
[[nodiscard]] Result<AclPath> path_argument(const std::string& text, const State& state);

} // namespace pveform::cli
