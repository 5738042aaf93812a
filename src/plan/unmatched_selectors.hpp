// Selectors that name nothing are mistakes: what was mistyped would quietly be left out of a plan.
#pragma once

#include "base/error.hpp"
#include "desired/desired.hpp"
#include "model/state.hpp"
#include "plan/selection.hpp"

namespace pveform::plan {

/// Of kind `usage`: a selector matches neither what there is, nor what is to be, nor what the
/// document names.
[[nodiscard]] Errors unmatched_selectors(
    const Selection& selection,
    const State& before,
    const State& after,
    const desired::Document& document
);

} // namespace pveform::plan
