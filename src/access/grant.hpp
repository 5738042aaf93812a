// How to give somebody a right that is missing: what error messages and guards recommend.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "model/state.hpp"

namespace pveform::access {

struct MissingRight {
    Privilege privilege;
    AclPath path;
};

using RoleNames = std::set<std::string>;

/// What a user or token holds at a path by entries there or above, its groups' included, but for
/// `NoAccess`. An entry of its own there replaces what is inherited and hides what groups have: all
/// this has to be granted there along with what is new.
[[nodiscard]] RoleNames
roles_that_reach(const State& state, const Principal& who, const AclPath& at);

/// The `pveum` commands that grant these rights (propagating) to a user or token, by the roles of
/// this cluster that give them and the least besides; a privilege-separated token and its user are
/// granted both, unless one has them. What they hold at a path so far is granted along: an entry
/// replaces what is inherited. A privilege that only `Administrator` has gets a role of its own,
/// which is created first, and once. Then there is a command for each path, or two.
[[nodiscard]] std::vector<std::string> grant_commands(
    const State& state, const Principal& principal, const std::vector<MissingRight>& rights
);

/// The same for one, in one line.
[[nodiscard]] std::string grant_command(
    const State& state, const Principal& principal, const Privilege& privilege, const AclPath& path
);

} // namespace pveform::access
