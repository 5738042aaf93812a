// Selectors that name nothing are mistakes: what was mistyped would quietly be left out of a plan.
#pragma once

#include <map>

#include "base/error.hpp"
#include "desired/desired.hpp"
#include "model/state.hpp"
#include "plan/selection.hpp"

namespace pveform::plan {

/// Of kind `usage`: a selector matches neither what there is, nor what is to be, nor what the
/// document names. `declared_names` says of each token that may take a turn what the document calls
/// it.
[[nodiscard]] Errors unmatched_selectors(
    const Selection& selection,
    const State& before,
    const State& after,
    const desired::Document& document,
    const std::map<TokenId, TokenId>& declared_names
);

} // namespace pveform::plan
