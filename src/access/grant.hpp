// How to give somebody a right that is missing: what error messages and guards recommend.
#pragma once

#include <string>

#include "model/state.hpp"

namespace pveform::access {

/// The `pveum` command that grants `privilege` at `path` (propagating) to a user or token, by the
/// role of this cluster that gives it and the least besides; a privilege-separated token and its
/// user are granted both. Where only `Administrator` has it, a role of its own is created first.
[[nodiscard]] std::string grant_command(
    const State& state, const Principal& principal, const Privilege& privilege, const AclPath& path
);

} // namespace pveform::access
