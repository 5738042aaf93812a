// What the process says to its caller when it ends.
#pragma once

#include "base/error.hpp"

namespace pveform::cli {

enum class ExitCode {
    done = 0,
    failed = 1,          // nothing was written
    changes_pending = 2, // plan --detailed-exitcode
    invalid = 3,         // document or usage
    blocked = 4,         // a guard refused
    plan_outdated = 5,   // what was reviewed no longer holds
    partly_applied = 6,  // a write succeeded or may have, and the goal was not reached
    no_access = 7,       // authentication failed, or the view is incomplete
};

[[nodiscard]] ExitCode exit_code_for(ErrorKind kind);

/// Of several errors the one that matters most: 7, 1, 3, 4.
[[nodiscard]] ExitCode exit_code_for(const Errors& errors);

} // namespace pveform::cli
