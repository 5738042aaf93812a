// Who may hand out every right there is: holds Permissions.Modify on `/` and can log in.
#pragma once

#include <functional>

#include "base/time.hpp"
#include "model/state.hpp"

namespace pveform::plan {

/// Whether there is one that is meant; root@pam is asked about first.
[[nodiscard]] bool any_administrator(
    const State& state,
    UnixSeconds now,
    const std::function<bool(const Principal&)>& is_meant = [](const Principal&) { return true; }
);

} // namespace pveform::plan
