// Access for programs: nothing left out.
#pragma once

#include "access/difference.hpp"
#include "access/explanation.hpp"
#include "plan/plan.hpp"
#include "json/value.hpp"

namespace pveform::render {

/// `{"complete": …, "affected": [{"principals", "loses_everything", "places": [{"reach", …,
/// "gained", "lost", "lost_by_addition", "additions"}]}]}`. `complete` is false where pools are
/// hidden. A place with neither gains nor losses is an exception from one above it.
[[nodiscard]] json::Value effective_access_value(const plan::Plan& plan);

[[nodiscard]] json::Value privileges_value(const access::PrivilegeSet& privileges);

/// `reach` is `path`, `below` (all paths below `path` that no other place is about) or `members`
/// (those of `paths` that no place of their own is about).
[[nodiscard]] json::Object
place_value(const access::Difference& difference, const access::Shift& shift);

[[nodiscard]] json::Value entry_value(const AclKey& entry);

[[nodiscard]] json::Value explanation_value(const access::Explanation& explanation);

} // namespace pveform::render
