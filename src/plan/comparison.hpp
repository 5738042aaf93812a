// Whether a plan still is the one that somebody approved.
#pragma once

#include <string>
#include <vector>

#include "plan/plan.hpp"

namespace pveform::plan {

/// What `now` would do that `reviewed` would not, and the other way round; what it would mean to
/// somebody's access, in which pools, and by what; the limits; and what stands in the way, or is
/// let pass, of only one of them. A line for each, none where they are the same plan. Life times
/// that are counted from the moment of planning are the same although the moments differ. States
/// and steps are not looked at: a plan from a file has none.
[[nodiscard]] std::vector<std::string> differences(const Plan& reviewed, const Plan& now);

} // namespace pveform::plan
