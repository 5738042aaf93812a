// In which order the requests of a plan are sent.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "base/error.hpp"
#include "plan/rehearsal.hpp"
#include "plan/step.hpp"

namespace pveform::plan {

/// Whom to be careful with.
struct Circumspection {
    std::optional<Principal> running; // the identity that will send the requests
    /// Whether an interrupted run could be taken up: a later one would find the user expired by us,
    /// and would know the expiry that it should have.
    std::function<bool(const UserId&)> can_be_suspended;
};

/// Somebody who holds nothing for a while, rather than too much.
struct Suspension {
    UserId user;
    Excess avoided;
};

struct Ordered {
    std::vector<Step> steps;
    std::vector<Suspension> suspended;
};

/// Dependencies first (roles, groups, users, tokens, ACL; what takes away in reverse), what touches
/// the running identity last, and at no step does anyone hold a privilege that they have neither
/// before nor after the plan.
///
/// Nor does anyone go without for a while what they hold before and after, as far as that is easy:
/// whoever changes groups does so once the new ones have their entries.
///
/// Where the usual order would break that rule, a later step is taken earlier, batches of ACL rows
/// are split, and users are suspended until the rest is done. An error of kind `blocked` if no
/// order is left.
[[nodiscard]] Result<Ordered>
in_order(std::vector<Step> steps, Rehearsal& rehearsal, const Circumspection& care);

} // namespace pveform::plan
