// In which order the requests of a plan are sent.
#pragma once

#include <optional>
#include <vector>

#include "base/error.hpp"
#include "plan/rehearsal.hpp"
#include "plan/step.hpp"

namespace pveform::plan {

/// Dependencies first (roles, groups, users, tokens, ACL; what takes away in reverse), what touches
/// the running identity last, and at no step does anyone hold a privilege that they have neither
/// before nor after the plan.
///
/// Where the usual order would break that rule, a later step is taken earlier, and batches of ACL
/// rows are split. An error of kind `blocked` if no order is left.
[[nodiscard]] Result<std::vector<Step>>
in_order(std::vector<Step> steps, Rehearsal& rehearsal, const std::optional<Principal>& running);

} // namespace pveform::plan
