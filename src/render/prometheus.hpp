// How a cluster stands as metrics, for the textfile collector of Prometheus' node exporter.
#pragma once

#include <string>

#include "plan/drift.hpp"

namespace pveform::render {

/// Since a snapshot only what a snapshot can tell, with a label of its own. Every series is there
/// in every run, with 0 where there is nothing, so that alerts end. Times are points in time, which
/// do not go stale between two runs: `… - time()` is the rest. `written_at`: by the clock of this
/// machine, as that of Prometheus is another than PVE's.
[[nodiscard]] std::string
prometheus(const plan::Drift& drift, const std::string& cluster, UnixSeconds written_at);

} // namespace pveform::render
