// The state that a cluster should have: the live one, overlaid with what the document says. What
// the document does not speak of is copied, so that the difference of the two states is the plan
// and needs no exceptions.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "desired/desired.hpp"
#include "model/state.hpp"
#include "plan/change.hpp"

namespace pveform::plan {

/// Something worth saying that changes nothing.
struct Notice {
    std::string message;
    Span span;
};

/// Objects that the document does not declare, by kind. Built-in roles and root@pam do not count.
struct LeftAlone {
    std::size_t roles = 0;
    std::size_t groups = 0;
    std::size_t users = 0;
    std::size_t tokens = 0;
    std::size_t acl_entries = 0;
};

struct Target {
    State state;
    std::map<ObjectKey, Span> origins; // where each declared or removed object is spoken of
    std::vector<Notice> notices;
    LeftAlone left_alone;
};

/// Errors (all of them together) where the document speaks of something that this cluster does not
/// have or this PVE does not know: groups, members, roles, realms, privileges, ACL paths.
[[nodiscard]] Collected<Target> target_state(const State& live, const desired::Document& document);

} // namespace pveform::plan
