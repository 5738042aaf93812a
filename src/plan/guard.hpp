// What stands in the way of a plan. A guard that trips blocks the plan, says why, and names the
// exact flag or grant that lets this one plan pass.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/source.hpp"
#include "desired/desired.hpp"
#include "model/state.hpp"
#include "plan/change.hpp"
#include "plan/step.hpp"

namespace pveform::plan {

struct Block {
    /// `lockout`, `destroy`, `acl-removals`, `cascade`, `protect`, `rights`, `size`, `rotation`,
    /// `policy`, `assertion`.
    std::string guard;
    std::string message;
    Span span;
    std::string help;
    /// What it is about, by each of its names, where it stands in the way of one object alone.
    std::vector<ObjectKey> object = {};
};

/// What the caller lets one plan do. Numbers are exact, each that is given: a plan that takes away
/// more than was looked at, or less, is another plan. A plan without changes needs no leave.
struct Allowances {
    bool lockout = false;
    std::optional<std::size_t> destroy = {};
    std::optional<std::size_t> acl_removals = {};
    std::optional<std::size_t> cascades = {};
};

/// What `limits` count: objects destroyed or disabled, and ACL entries removed, on purpose. What
/// PVE removes along does not count.
[[nodiscard]] bool takes_away_object(const Change& change);
[[nodiscard]] bool removes_entry(const Change& change);

/// Mass destruction: more than `limits` allow, a prune pattern of three or more objects of which
/// none would be left (or left enabled, where pruning disables), and cascades, memberships among
/// them, onto what is ignored, protected or out of scope; and allowances that do not fit the plan.
[[nodiscard]] std::vector<Block> check_destruction(
    const std::vector<Change>& changes,
    const State& before,
    const State& after,
    const desired::Document& document,
    const Allowances& allowances
);

/// PVE keeps users, tokens, groups, roles and the ACL in one file, and its cluster file system
/// holds no file beyond 1 MiB: a plan that would grow it past that is blocked, with no flag to let
/// it pass; past 80 % `warning` is given.
struct SizeCheck {
    std::vector<Block> blocks;
    std::string warning; // empty where there is room
};

[[nodiscard]] SizeCheck check_size(const State& before, const State& after);

/// Who will send the requests.
struct Applier {
    std::optional<Principal> identity;
    bool is_certain = false; // whether its rights are to be checked
    /// Whether the connection goes on once the identity has another secret; not where a gateway
    /// adds the one that it knows.
    bool can_change_secret = true;
};

/// Walks through the steps with PVE's permission algorithm. Lock-out: after none of them may the
/// applier be unable to log in, or lack what it administers with today, wherever that is
/// (own_administration.hpp); nor may nobody be left who can log in and holds Permissions.Modify on
/// `/`. Rights: each request must be one that PVE lets the applier make at that moment; requests
/// are put into the form that PVE demands of it.
[[nodiscard]] std::vector<Block> check_steps(
    std::vector<Step>& steps,
    const State& before,
    const Applier& applier,
    UnixSeconds now,
    const Allowances& allowances
);

/// Lock-out by an end that is near: the plan brings forward until when the applier, or the last of
/// those who hold Permissions.Modify on `/`, can log in, to within a week from now. An end that
/// stays as it is locks nobody out; nor does that of a token with a `lifetime`, which rotation
/// moves on.
[[nodiscard]] std::vector<Block> check_ends(
    const State& before,
    const State& after,
    const Applier& applier,
    UnixSeconds now,
    const desired::Document& document,
    const Allowances& allowances
);

} // namespace pveform::plan
