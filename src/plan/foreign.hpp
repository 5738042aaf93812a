// What PVE removes along with something else, though the document ignores it, protects it or has no
// say in it. What the document takes away by a word of its own is not foreign.
#pragma once

#include <string>
#include <vector>

#include "desired/desired.hpp"
#include "model/state.hpp"
#include "plan/change.hpp"
#include "plan/ownership.hpp"
#include "plan/target.hpp"

namespace pveform::plan {

/// Whether a cascade is one onto a foreign object. A row is also foreign where its role goes and
/// its principal, or the user of that token, stays and is protected.
[[nodiscard]] bool is_foreign(
    const ObjectKey& cascade, const State& after, const Target& target, const Ownership& ownership
);

/// All of them, for people: the cascades among the changes that are foreign, and the memberships
/// that go with a user or a group while the other of the two stays and is foreign.
[[nodiscard]] std::vector<std::string> foreign_objects(
    const std::vector<Change>& changes,
    const State& before,
    const State& after,
    const desired::Document& document
);

} // namespace pveform::plan
