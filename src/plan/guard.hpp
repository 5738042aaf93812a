// What stands in the way of a plan. A guard that trips blocks the plan, says why, and names the
// exact flag or grant that lets this one plan pass.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/source.hpp"
#include "desired/desired.hpp"
#include "model/state.hpp"
#include "plan/change.hpp"

namespace pveform::plan {

struct Block {
    std::string guard; // `lockout`, `destroy`, `acl-removals`, `cascade`, `protect`, `rights`
    std::string message;
    Span span;
    std::string help;
};

/// What the caller lets one plan do. Numbers are exact: a plan that takes away more than was looked
/// at, or less, is another plan.
struct Allowances {
    bool lockout = false;
    std::optional<std::size_t> destroy = {};
    std::optional<std::size_t> acl_removals = {};
    std::optional<std::size_t> cascades = {};
};

/// Mass destruction: more than `limits` allow, a prune pattern of three or more objects of which
/// none would be left, and cascades onto what is ignored, protected or out of scope.
[[nodiscard]] std::vector<Block> check_destruction(
    const std::vector<Change>& changes,
    const State& before,
    const State& after,
    const desired::Document& document,
    const Allowances& allowances
);

} // namespace pveform::plan
