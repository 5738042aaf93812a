// Who gains and who loses what between two states: the answer to "what does this change mean?",
// which lines of an ACL do not give. Folded from the start, as the answer for each of thousands of
// principals at each of thousands of paths would be too long for anybody.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "access/privilege_sets.hpp"
#include "base/time.hpp"
#include "model/state.hpp"

namespace pveform::access {

/// Which paths a place is.
enum class Reach {
    path,    // the path itself
    below,   // all below it, however deep, that no other place of the same principal is about
    members, // members of pools that no place with their path is about
};

/// What changes at one place. Sets are indexes into `Difference::sets`.
struct Shift {
    Reach reach = Reach::path;
    std::uint32_t place = 0; // in `Difference::paths`, or in `Difference::members`
    PrivilegeSets::Number gained = PrivilegeSets::empty;
    PrivilegeSets::Number lost = PrivilegeSets::empty;
    /// What of it is lost because something was added: without the entries that are new to the
    /// principal (or reach further than before) it would be kept.
    PrivilegeSets::Number lost_by_addition = PrivilegeSets::empty;

    [[nodiscard]] bool is_change() const {
        return gained != PrivilegeSets::empty || lost != PrivilegeSets::empty;
    }

    friend auto operator<=>(const Shift&, const Shift&) = default;
};

/// Guests, or storages, that are in the same pools.
struct Members {
    std::vector<PoolId> before; // the pools; in a plan the same as after
    std::vector<PoolId> after;
    std::vector<std::string> paths; // `/vms/100`
};

/// Principals to whom the same happens.
struct Affected {
    std::vector<Principal> principals; // each user before its tokens
    /// In the order of the paths. One without a change is an exception from a place above it.
    std::vector<Shift> shifts;
    bool held_something = false;  // anywhere, before
    bool holds_something = false; // anywhere, after
};

struct Difference {
    std::vector<Affected> affected; // only who gains or loses anything
    std::vector<PrivilegeSet> sets;
    std::vector<std::string> paths;
    std::vector<Members> members;

    [[nodiscard]] std::size_t principals() const;
};

/// Of users and tokens, by PVE's permission algorithm. Who does not exist or cannot log in at `now`
/// (disabled, expired) holds nothing. The propagate flags of privileges show in what is held below.
[[nodiscard]] Difference difference(const State& before, const State& after, UnixSeconds now);

/// A path of the place, to ask other functions about it: with `~`, which no entry can stand at,
/// where it is about all below.
[[nodiscard]] std::string
example_path(const Difference& difference, const Affected& affected, const Shift& shift);

} // namespace pveform::access
