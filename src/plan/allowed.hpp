// The guards that would block a plan if nobody had let it pass: what whoever approves it approves.
#pragma once

#include <vector>

#include "plan/plan.hpp"

namespace pveform::plan {

/// Empty without allowances, and where they were not needed.
[[nodiscard]] std::vector<Block>
allowed_blocks(const Plan& plan, const desired::Document& document, const Allowances& allowances);

} // namespace pveform::plan
