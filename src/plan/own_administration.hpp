// What an identity administers access control with, wherever it does so: what the lock-out guard
// watches. Derived from the live state, so that the administrator of one pool is watched over as
// well as that of the whole cluster.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "access/evaluator.hpp"
#include "model/state.hpp"
#include "plan/step.hpp"

namespace pveform::plan {

/// A privilege that PVE asks for before it changes or shows access control at `path`.
struct AdministrativeRight {
    Privilege privilege;
    std::string path; // `/pool/~` stands for what has no entries of its own below `/pool`
    friend auto operator<=>(const AdministrativeRight&, const AdministrativeRight&) = default;
};

/// Where answers can differ before, after and between these steps: the paths of entries that are
/// there or come to be, the members of pools, the roots of PVE's tree, and what lies below.
[[nodiscard]] std::set<std::string>
paths_to_watch(const State& before, const std::vector<Step>& steps);

/// All that the identity holds at these paths: Permissions.Modify anywhere, what users, groups,
/// realms and roles are administered with below `/access`, and, where Permissions.Modify is
/// missing, the privilege that delegates (facts: rights.hpp, delegating_privilege).
[[nodiscard]] std::set<AdministrativeRight> administration_of(
    const access::Evaluator& evaluator,
    const Principal& identity,
    const std::set<std::string>& paths
);

/// Those that the identity holds no longer, nor anything in their stead.
[[nodiscard]] std::set<AdministrativeRight> lost_of(
    const std::set<AdministrativeRight>& needed,
    const access::Evaluator& evaluator,
    const Principal& identity
);

/// `Permissions.Modify` on `/`, `Pool.Allocate` below `/pool`: the highest paths, and only a few.
[[nodiscard]] std::string in_words(const std::set<AdministrativeRight>& rights);

} // namespace pveform::plan
