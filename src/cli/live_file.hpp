// The live state from a file instead of from a cluster: no credentials, no network.
#pragma once

#include <filesystem>
#include <string>

#include "base/error.hpp"
#include "cli/context.hpp"
#include "cli/options.hpp"
#include "formats/snapshot.hpp"
#include "live/read.hpp"

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace pveform::cli {

struct LiveFile {
    live::View view;      // as of an administrator; `own` is empty
    std::string origin;   // for people: `prod.json, taken 2027-06-30T10:00:00Z`
    std::string cluster;  // its name; empty if the file does not tell
    std::string endpoint; // likewise
};

/// `--live`, which is returned, with `--domains` and `--release`.
CLI::Option* setup_live_file(CLI::App& command, Options& options);

/// What `--live` names: a snapshot, or a copy of /etc/pve/user.cfg with that of domains.cfg at
/// `--domains`, of a PVE of `--release`.
[[nodiscard]] Result<LiveFile> load_live_view(const Options& options, Context& context);

[[nodiscard]] Result<formats::Snapshot>
load_snapshot(const std::filesystem::path& path, Context& context);

/// The state alone.
[[nodiscard]] Result<State> load_live_file(const Options& options, Context& context);

} // namespace pveform::cli
