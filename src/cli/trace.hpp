// Tells on standard error of every request to PVE, for `-v` and `-vv`.
#pragma once

#include <memory>
#include <ostream>

#include "live/observer.hpp"

namespace pveform::cli {

/// `> GET /access/users → 200 OK (14 ms, 2310 bytes)` on a line of its own; from verbosity 2 on
/// with the parameters, secrets as `***`. Null for verbosity 0.
[[nodiscard]] std::unique_ptr<live::Observer> make_trace(int verbosity, std::ostream& out);

} // namespace pveform::cli
