// Who may hand out every right there is: holds Permissions.Modify on `/` and can log in.
#pragma once

#include <functional>
#include <optional>

#include "base/time.hpp"
#include "model/state.hpp"

namespace pveform::plan {

/// One that is meant; root@pam is asked about first.
[[nodiscard]] std::optional<Principal> some_administrator(
    const State& state,
    UnixSeconds now,
    const std::function<bool(const Principal&)>& is_meant = [](const Principal&) { return true; }
);

/// Whether there is one.
[[nodiscard]] bool any_administrator(
    const State& state, UnixSeconds now, const std::function<bool(const Principal&)>& is_meant
);

} // namespace pveform::plan
