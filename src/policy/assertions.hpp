// Tests of access: what a document claims about who may do what, held against a state.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "access/evaluator.hpp"
#include "desired/desired.hpp"
#include "model/state.hpp"

namespace pveform::policy {

/// One principal at one path for which a claim does not hold.
struct Failure {
    Principal principal;
    std::string path;                 // `/vms/*`: any that no entry and no pool names
    std::set<Privilege> missing;      // claimed to be held, and not held
    std::set<Privilege> excess;       // held, and claimed not to be
    std::set<Privilege> held;         // all of them
    std::vector<std::string> because; // the entries behind it, a line each
};

enum class Outcome {
    holds,
    fails,
    unknown, // depends on pools that could not be seen
};

struct Verdict {
    std::string claim; // ``  `@ops` on `/vms/100`: allows VM.Audit, denies VM.Console ``
    Span span;
    Outcome outcome = Outcome::holds;
    std::size_t cases = 0; // principals and paths that match
    std::vector<Failure> failures = {};
    std::string obstacle = {}; // why there is nothing to claim: nobody matches, no such role
    std::string note = {};     // it holds, but some of those who hold it cannot log in
};

/// `*` matches users, tokens and groups as documents write them (`*@pve`, `*@pve!*`, `@ops-*`). A
/// group stands for its members. root@pam, who may do everything, is meant only where it is named.
/// A path pattern stands for all that the state knows (paths of entries, pools and their members,
/// groups, realms), and for any other that it matches, which all have the same access. What cannot
/// be known to be missing (a guest in no pool) is there. Whether users and tokens can log in at
/// `now` does not matter, as it does not to PVE; of what a claim allows it is noted.
[[nodiscard]] std::vector<Verdict> evaluate(
    const std::vector<desired::Assertion>& assertions,
    const State& state,
    const std::set<AclPath>& hidden_pools,
    UnixSeconds now
);

} // namespace pveform::policy
