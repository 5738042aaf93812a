// What became of a plan, for people.
#pragma once

#include <string>

#include "apply/receipt.hpp"
#include "plan/plan.hpp"
#include "render/plan_text.hpp"
#include "render/style.hpp"

namespace pveform::render {

[[nodiscard]] std::string receipt_text(
    const plan::Plan& plan,
    const PlanContext& context,
    const apply::Receipt& receipt,
    const apply::Verification& verification,
    const Style& style
);

} // namespace pveform::render
