// From changes to requests: which ones it takes, before they are put in order.
#pragma once

#include <vector>

#include "model/state.hpp"
#include "plan/change.hpp"
#include "plan/step.hpp"

namespace pveform::plan {

/// ACL rows are batched: one step for principals that get identical role sets at one path with one
/// flag and direction, so that the cross product which PVE applies is exactly the planned rows.
/// A role that loses and gains privileges takes two steps, and so does a user whose id still has
/// memberships of a vanished namesake to be shed.
[[nodiscard]] std::vector<Step>
steps_for(const std::vector<Change>& changes, const State& before, const State& after);

} // namespace pveform::plan
