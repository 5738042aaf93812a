// The most that somebody could hold anywhere. Most tests of access deny something to many at many
// paths, and most of those many have no entry that could give it.
#pragma once

#include <map>
#include <set>

#include "model/state.hpp"

namespace pveform::policy {

class UpperBound {
public:
    /// The state must outlive it.
    explicit UpperBound(const State& state);

    /// False only where no path and no pool can give the user or token any of the privileges.
    [[nodiscard]] bool
    may_hold_any(const Principal& principal, const std::set<Privilege>& privileges) const;

private:
    [[nodiscard]] bool
    has_entry_with_any(const Principal& principal, const std::set<Privilege>& privileges) const;

    const State& state_;
    std::map<Principal, std::set<RoleId>> roles_; // in entries of its own
    std::map<UserId, std::set<GroupId>> groups_of_;
};

} // namespace pveform::policy
