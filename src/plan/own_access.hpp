// Which commands can change what one identity may do: those of the plan that saw off the branch
// that it sits on.
#pragma once

#include <optional>
#include <set>

#include "model/state.hpp"
#include "plan/step.hpp"

namespace pveform::plan {

/// Of one user or token, in one state, which must outlive it. Nobody is touched by anything.
class OwnAccess {
public:
    OwnAccess(const std::optional<Principal>& identity, const State& state);

    [[nodiscard]] bool is_touched_by(const Command& command) const;

private:
    const State* state_;
    std::set<Principal> own_; // the identity, its user, the user's groups
};

} // namespace pveform::plan
