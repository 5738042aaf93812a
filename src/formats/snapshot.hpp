// A snapshot: the access control of a cluster as it was at some time, as a JSON file, for plans
// without credentials and network. Holds no secrets. schemas/snapshot.schema.json describes it.
#pragma once

#include <expected>
#include <set>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "model/state.hpp"

namespace pveform::formats {

struct Snapshot {
    std::string cluster;  // its name; may be empty
    std::string endpoint; // where it was read; may be empty
    std::string version;  // of PVE: `9.2.11`; its release is the state's
    UnixSeconds taken_at = 0;
    State state;
    /// At and below these paths there may be pools that could not be seen.
    std::set<AclPath> hidden_pools;
    friend bool operator==(const Snapshot&, const Snapshot&) = default;
};

/// Indented JSON with a newline at its end.
[[nodiscard]] std::string write_snapshot(const Snapshot& snapshot);

/// Whether the text is meant to be a snapshot rather than a user.cfg.
[[nodiscard]] bool looks_like_snapshot(std::string_view text);

/// The error is one sentence without a place: files are written by pveform and nobody edits them.
/// Strict: every key must be there, none that is not known, and names must name something.
[[nodiscard]] std::expected<Snapshot, std::string> read_snapshot(std::string_view text);

} // namespace pveform::formats
