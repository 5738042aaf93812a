// A plan, and what became of one, for programs.
#pragma once

#include <string>
#include <vector>

#include "apply/receipt.hpp"
#include "plan/plan.hpp"
#include "render/plan_text.hpp"
#include "json/value.hpp"

namespace pveform::render {

/// Holds no secrets; schemas/plan.schema.json describes it.
[[nodiscard]] json::Value plan_value(const plan::Plan& plan, const PlanContext& context);

/// The same as text, with a newline.
[[nodiscard]] std::string plan_json(const plan::Plan& plan, const PlanContext& context);

/// The same with how it differs from the plan that was to be applied, a line each.
[[nodiscard]] std::string outdated_json(
    const plan::Plan& plan, const PlanContext& context, const std::vector<std::string>& differences
);

/// The same with what became of it: an outcome for every step, where each new secret is, and
/// whether the state that was read afterwards is the wanted one.
[[nodiscard]] std::string apply_json(
    const plan::Plan& plan,
    const PlanContext& context,
    const apply::Receipt& receipt,
    const apply::Verification& verification
);

} // namespace pveform::render
