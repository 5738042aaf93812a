// Whether the planned state is what the document asks for beyond its objects: the rules of its
// policy, and its tests of access.
#pragma once

#include <optional>

#include "base/error.hpp"
#include "model/inventory.hpp"
#include "plan/plan.hpp"

namespace pveform::plan {

/// Puts findings and verdicts into the plan; those that forbid it are blocks, of the guards
/// `policy` and `assertion`. `inventory` is what ACL paths can name in the cluster.
void review(Plan& plan, const desired::Document& document, const Inventory& inventory);

/// Where there are findings of severity error.
[[nodiscard]] std::optional<Block> policy_block(const policy::Findings& findings);

/// Of kind `incomplete_view`, for each test that pools which nobody saw decide.
[[nodiscard]] Errors undecided(const std::vector<policy::Verdict>& verdicts);
[[nodiscard]] Errors undecided(const Plan& plan);

} // namespace pveform::plan
