// A plan, and what became of one, for programs.
#pragma once

#include <string>

#include "apply/receipt.hpp"
#include "plan/plan.hpp"
#include "render/plan_text.hpp"

namespace pveform::render {

/// One JSON object and a newline. Holds no secrets.
[[nodiscard]] std::string plan_json(const plan::Plan& plan, const PlanContext& context);

/// The same with what became of it: an outcome for every step, where each new secret is, and
/// whether the state that was read afterwards is the wanted one.
[[nodiscard]] std::string apply_json(
    const plan::Plan& plan,
    const PlanContext& context,
    const apply::Receipt& receipt,
    const apply::Verification& verification
);

} // namespace pveform::render
