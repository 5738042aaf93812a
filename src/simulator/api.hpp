// The API half of the simulator: takes a request, as the server has read it, through PVE's
// pipeline: path, authentication, parameters, permission, validation, method, answer.
// Mirrors pve-http-server: src/PVE/APIServer/AnyEvent.pm (handle_api2_request) and pve-manager:
// PVE/HTTPServer.pm (rest_handler).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "base/error.hpp"
#include "model/release.hpp"
#include "simulator/http.hpp"
#include "simulator/store.hpp"
#include "system/clock.hpp"

namespace pveform::simulator {

struct ApiOptions {
    Release release = Release::newest_known();

    /// Every change is written to this folder. One that holds a `user.cfg` already is where the
    /// cluster starts from, whatever the seed.
    std::optional<std::filesystem::path> state_folder;

    /// Lists without an order come in a random one; nothing: sorted.
    std::optional<std::uint64_t> shuffle_seed;
};

/// The cluster starts from the files of `seed` (see `read_cluster_folder`), or, without one, empty:
/// root@pam and the realms pam and pve. Not for use by several threads at a time.
[[nodiscard]] Result<std::unique_ptr<Application>> make_api(
    const std::optional<std::filesystem::path>& seed, const ApiOptions& options, const Clock& clock
);

/// The same from files in memory.
[[nodiscard]] Result<std::unique_ptr<Application>>
make_api(ClusterFiles files, const ApiOptions& options, const Clock& clock);

} // namespace pveform::simulator
