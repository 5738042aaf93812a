// A part of a plan: `--target` and `--exclude`, with what the chosen changes cannot do without.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "model/glob.hpp"
#include "model/state.hpp"
#include "plan/change.hpp"
#include "plan/target.hpp"

namespace pveform::plan {

/// `KIND:GLOB`: `user:*@corp`, `token:ann@pve!*`, `acl:/pool/prod*`, `acl:@ops`. An ACL entry is
/// found by its path or by its principal.
struct Selector {
    std::string kind;
    Glob glob;

    [[nodiscard]] static Parsed<Selector> parse(std::string_view text);
    [[nodiscard]] bool matches(const ObjectKey& key) const;
};

struct Selection {
    std::vector<Selector> targets; // none: everything
    std::vector<Selector> excludes;

    [[nodiscard]] bool is_everything() const { return targets.empty() && excludes.empty(); }

    /// For itself; what others need may come along.
    [[nodiscard]] bool chooses(const ObjectKey& key) const;
};

struct Narrowed {
    State after;
    std::set<ObjectKey> chosen;
    std::vector<std::string> pulled_in; // what was not chosen and is needed, in words
};

/// `before` with the chosen changes alone, and those that they depend on. An error of kind `usage`
/// where something is excluded that is needed. Tokens that take turns are also chosen by the name
/// that the document gives them.
[[nodiscard]] Result<Narrowed> narrow(
    const State& before,
    const State& after,
    const std::vector<Change>& changes,
    const std::map<TokenId, Issue>& issues,
    const Selection& selection
);

} // namespace pveform::plan
