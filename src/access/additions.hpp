// Which new entries take something away: the loss that no reader of an ACL sees coming.
#pragma once

#include <vector>

#include "access/difference.hpp"
#include "access/explanation.hpp"

namespace pveform::access {

/// An entry that is new to somebody, and one that it keeps from giving what it gave.
struct Addition {
    AclKey added;
    AclKey displaced;
    Standing standing = Standing::hidden; // of the displaced one
    friend bool operator==(const Addition&, const Addition&) = default;
};

/// Of a shift with `lost_by_addition`. An entry is new where it was not there before, did not
/// propagate, or is of a group that the user was not in. `after` can be an excerpt.
[[nodiscard]] std::vector<Addition> additions_behind(
    const Difference& difference,
    const Affected& affected,
    const Shift& shift,
    const State& before,
    const State& after
);

} // namespace pveform::access
