// The state that a cluster should have: the live one, overlaid with what the document says. What
// the document does not speak of is copied, so that the difference of the two states is the plan
// and needs no exceptions.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "desired/desired.hpp"
#include "model/state.hpp"
#include "plan/change.hpp"
#include "plan/guard.hpp"
#include "plan/ownership.hpp"
#include "plan/rotation.hpp"
#include "plan/step.hpp"

namespace pveform::plan {

/// Something worth saying that changes nothing.
struct Notice {
    std::string message;
    Span span;
    std::vector<ObjectKey> object = {}; // as of a block
};

/// A token of the target that gets a secret in a way that no state can tell.
struct Issue {
    TokenId declared;        // what the document calls it
    std::string reason = {}; // why it gets a new one, where it has one
    std::optional<Predecessor> predecessor = {};
};

struct Target {
    State state;
    /// Where each declared object stands, with no words; and by which rule each object that is
    /// removed or disabled goes.
    std::map<ObjectKey, Rule> origins;
    std::map<UserId, Span> memberships; // users that a group's list speaks of
    std::set<UserId> disabled;          // by `prune` with `action: disable`
    std::map<TokenId, Issue> issues;    // rotated, or under another name than the declared one
    std::vector<CurrentToken> current_tokens; // behind the declared ones
    std::vector<ObjectKey> left_alone;        // without built-in roles and root@pam
    std::vector<Notice> notices;
    std::vector<Block> blocks; // what is protected and would be destroyed
};

/// Errors (all of them together) where the document speaks of something that this cluster does not
/// have or this PVE does not know: groups, members, roles, realms, privileges, ACL paths.
/// `now` is what the lifetimes of tokens are counted from. With `rotation.nothing_else` the target
/// is the live state but for the tokens that are rotated. Where the live state does not have all
/// realms, those of the document are not looked for.
[[nodiscard]] Collected<Target> target_state(
    const State& live,
    const desired::Document& document,
    UnixSeconds now,
    const Rotation& rotation,
    bool knows_realms
);

} // namespace pveform::plan
