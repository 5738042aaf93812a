// The live state from a file instead of from a cluster: no credentials, no network.
#pragma once

#include "base/error.hpp"
#include "cli/context.hpp"
#include "cli/options.hpp"
#include "model/state.hpp"

namespace pveform::cli {

/// From a copy of /etc/pve/user.cfg at `--live`, with that of domains.cfg at `--domains`, of a PVE
/// of `--release`.
[[nodiscard]] Result<State> load_live_file(const Options& options, Context& context);

} // namespace pveform::cli
