// A part of a plan: `--target` and `--exclude`, with what the chosen changes cannot do without.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "model/glob.hpp"
#include "model/object_key.hpp"
#include "model/state.hpp"
#include "plan/change.hpp"
#include "plan/target.hpp"

namespace pveform::plan {

/// `KIND:GLOB`: `user:*@corp`, `token:ann@pve!*`, `acl:/pool/prod*`, `acl:@ops`. An ACL entry is
/// found by its path or by its principal.
struct Selector {
    ObjectKind kind = ObjectKind::role;
    Glob glob;

    [[nodiscard]] static Parsed<Selector> parse(std::string_view text);
    [[nodiscard]] bool matches(const ObjectKey& key) const;
    [[nodiscard]] std::string text() const;
};

struct Selection {
    std::vector<Selector> targets; // none: everything
    std::vector<Selector> excludes;
    bool may_match_nothing = false; // after an apply: what was chosen may be gone

    [[nodiscard]] bool is_everything() const { return targets.empty() && excludes.empty(); }

    /// For itself; what others need may come along. An object can have several names, as tokens
    /// that take turns have: it is meant by each of them.
    [[nodiscard]] bool chooses(const std::vector<ObjectKey>& names) const;
    [[nodiscard]] bool targets_any(const std::vector<ObjectKey>& names) const;
    [[nodiscard]] bool excludes_any(const std::vector<ObjectKey>& names) const;
};

struct Narrowed {
    State after;
    std::set<ObjectKey> chosen;
    std::vector<std::string> pulled_in; // what was not chosen and is needed, in words
};

/// `before` with the chosen changes alone, and those that they depend on. Errors of kind `usage`
/// where something is excluded that is needed, and where a selector matches nothing that there is
/// or that the document names. Tokens that take turns are also chosen by the name that the document
/// gives them.
[[nodiscard]] Collected<Narrowed> narrow(
    const State& before,
    const Target& target,
    const std::vector<Change>& changes,
    const desired::Document& document,
    const Selection& selection
);

} // namespace pveform::plan
