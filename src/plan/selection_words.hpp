// What was chosen of a plan, put into words.
#pragma once

#include <string>

#include "plan/selection.hpp"

namespace pveform::plan {

/// `--target user:ann@pve --exclude acl:*`.
[[nodiscard]] std::string flags_of(const Selection& selection);

} // namespace pveform::plan
