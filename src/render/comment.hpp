// Plans, drift and receipts as comments of a pull request: what needs a decision first.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apply/receipt.hpp"
#include "base/error.hpp"
#include "plan/drift.hpp"
#include "plan/plan.hpp"
#include "render/drift_text.hpp"
#include "render/plan_text.hpp"

namespace pveform::render {

[[nodiscard]] std::string plan_comment(const plan::Plan& plan, const PlanContext& context);

[[nodiscard]] std::string drift_comment(const plan::Drift& drift, const DriftContext& context);

/// Of a plan as it is now, and how that differs from what was reviewed.
[[nodiscard]] std::string outdated_comment(
    const plan::Plan& now, const PlanContext& context, const std::vector<std::string>& differences
);

/// Of documents of which no plan can be made.
[[nodiscard]] std::string
invalid_comment(std::string_view command, std::string_view cluster, const Errors& errors);

[[nodiscard]] std::string receipt_comment(
    const plan::Plan& plan,
    const PlanContext& context,
    const apply::Receipt& receipt,
    const apply::Verification& verification
);

} // namespace pveform::render
