// Rules over a state: what is unwise in it, whatever the plan to get there.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "desired/desired.hpp"
#include "model/inventory.hpp"
#include "model/state.hpp"
#include "policy/finding.hpp"

namespace pveform::policy {

/// What is looked at. Everything must outlive the answer.
struct Subject {
    const State& state; // as it will be
    const desired::Document& document;
    UnixSeconds now = 0;
    const Inventory& inventory;            // what ACL paths can name
    const std::set<AclPath>& hidden_pools; // at and below these there may be some nobody saw
};

struct Remark {
    std::string message;
    Span span;
};

struct Findings {
    std::vector<Finding> findings; // the worst first, then by rule
    std::vector<Ignored> ignored;
    std::vector<Remark> remarks; // on what the policy itself says
};

/// By all rules that are not off, within the document's scope.
[[nodiscard]] Findings check(const Subject& subject);

/// Without a cluster: only what the document itself says, and what nothing in a cluster can change.
[[nodiscard]] Findings check_alone(const desired::Document& document, UnixSeconds now);

/// Whether the rule on paths is on, and asks for a path that `inventory` does not decide.
[[nodiscard]] bool
needs_object_lists(const desired::Document& document, const Inventory& inventory);

} // namespace pveform::policy
