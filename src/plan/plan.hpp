// The plan: what would change, in which requests, and what is worth saying about it.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "access/additions.hpp"
#include "access/difference.hpp"
#include "base/error.hpp"
#include "base/time.hpp"
#include "desired/desired.hpp"
#include "model/state.hpp"
#include "plan/change.hpp"
#include "plan/selection.hpp"
#include "plan/step.hpp"
#include "plan/target.hpp"
#include "policy/assertions.hpp"
#include "policy/check.hpp"

namespace pveform::plan {

/// Of a plan, what `--target` and `--exclude` left.
struct Part {
    Selection selection;
    std::size_t left_out = 0; // changes that the document asks for as well
};

/// How much there was to look at.
struct Extent {
    std::size_t users = 0;
    std::size_t groups = 0;
    std::size_t acl_entries = 0;
};

[[nodiscard]] Extent extent_of(const State& state);

struct Plan {
    State before;
    State after;
    Extent extent;       // of the state before
    UnixSeconds now = 0; // when it was made, by PVE's clock where that is known
    std::vector<Change> changes;
    std::vector<Step> steps;             // in the order in which they are to be sent
    access::Difference effective_access; // who gains and who loses what, from before to after
    /// Which new entries losses come of, in a plan from a file. Else they are found in the states.
    std::map<std::pair<Principal, access::Shift>, std::vector<access::Addition>> additions;
    std::vector<Notice> notices;
    std::vector<Block> blocks;  // a plan with any of them must not be carried out
    std::vector<Block> allowed; // what would be among them if no flag had let it pass
    std::vector<ObjectKey> left_alone;
    std::optional<Part> part; // nothing where everything was planned
    Rotation rotation;        // what it was asked to rotate
    std::vector<CurrentToken>
        current_tokens;              // the live ones behind those that the document declares
    std::set<AclPath> hidden_pools;  // at and below these there may be some that nobody saw
    Applier applier;                 // whose access and rights the guards looked at
    std::size_t destroyed = 0;       // objects destroyed or disabled, without cascades
    std::size_t entries_removed = 0; // ACL entries, without cascades
    desired::Limits limits;
    policy::Findings findings;             // as far as the plan was reviewed (plan/review.hpp)
    std::vector<policy::Verdict> verdicts; // on the document's assertions, likewise

    [[nodiscard]] bool is_empty() const { return changes.empty(); }

    /// The tokens that get a new secret, in order, as the document calls them.
    [[nodiscard]] std::vector<TokenId> tokens_to_issue() const;

    /// The new entries that a loss of `effective_access` comes of.
    [[nodiscard]] std::vector<access::Addition>
    additions_behind(const access::Affected& affected, const access::Shift& shift) const;
};

/// What a plan is made for.
enum class Purpose {
    carry_out, // with the requests, in their order, and what stands in their way
    look,      // what differs, and no more: no requests, and so no guards
};

struct Circumstances {
    Applier applier = {};
    UnixSeconds now = 0;
    Allowances allowances = {};
    Selection selection = {};
    Rotation rotation = {};
    std::optional<Principal> reader = {}; // who read the cluster; nobody for a view from a file
    std::set<AclPath> hidden_pools = {};  // at and below these, pools could not be seen
    bool knows_realms = true;             // whether the state has all that there are
    Purpose purpose = Purpose::carry_out;
};

/// All errors of the document against this cluster together; or one of kind `blocked`.
[[nodiscard]] Collected<Plan>
make_plan(const State& live, const desired::Document& document, const Circumstances& circumstances);

} // namespace pveform::plan
