// What became of a plan, for people.
#pragma once

#include <string>

#include "apply/receipt.hpp"
#include "plan/plan.hpp"
#include "render/plan_text.hpp"
#include "render/style.hpp"

namespace pveform::render {

/// `verified`: the state that was read afterwards is the wanted one.
[[nodiscard]] std::string receipt_text(
    const plan::Plan& plan,
    const PlanContext& context,
    const apply::Receipt& receipt,
    bool verified,
    const Style& style
);

} // namespace pveform::render
