// The difference of two states, object by object.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "model/state.hpp"
#include "plan/change.hpp"

namespace pveform::plan {

/// In the order of creation: roles, groups, users (with their memberships), tokens, ACL rows.
/// Meaning is compared, not spelling: both states hold values in normal form.
///
/// A token that was issued and never confirmed in `before`, and is alive in `after`, is to be
/// rotated; so are those of `rotated`, each for the reason given there: secrets are in no state.
/// What PVE removes along with something else is a cascade. `source` is left empty.
[[nodiscard]] std::vector<Change> difference(
    const State& before, const State& after, const std::map<TokenId, std::string>& rotated = {}
);

/// The groups of every user in `before`, without those that are destroyed: PVE ends memberships in
/// them by itself.
[[nodiscard]] std::map<UserId, std::set<GroupId>>
lasting_memberships(const State& before, const State& after);

} // namespace pveform::plan
