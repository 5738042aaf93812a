// From PVE's files to the state that pveform plans with, for `--live user.cfg` and the simulator.
#pragma once

#include <string_view>

#include "formats/domains_config.hpp"
#include "formats/user_config.hpp"
#include "model/state.hpp"

namespace pveform::formats {

/// What an administrator would read from the API of a cluster with these files. An expiry beyond
/// what `UnixSeconds` holds becomes its largest value.
[[nodiscard]] State to_state(const UserConfig& users, const DomainsConfig& domains);

/// The reverse of `to_state`. What a state does not hold (users' `keys`) is left out.
[[nodiscard]] UserConfig to_user_config(const State& state);

/// What `to_state` gives, from the files' bytes. A release that does not fit the file changes what
/// it means: unknown privileges are dropped from custom roles, as PVE does on an upgrade.
[[nodiscard]] State
read_state(std::string_view user_cfg, std::string_view domains_cfg, Release release);

} // namespace pveform::formats
