// New secrets for tokens that have one: never as a side effect, only where somebody asks for it.
#pragma once

#include <vector>

#include "model/glob.hpp"
#include "model/ids.hpp"

namespace pveform::plan {

/// Which tokens get a new secret although theirs is good.
enum class Urgency {
    never,
    due, // those with a lifetime of which less than `renew_before` is left
    now,
};

/// What one plan is asked to rotate. A token whose secret was never stored is re-issued by every
/// plan that speaks of it, whatever the urgency.
struct Rotation {
    Urgency urgency = Urgency::never;
    std::vector<Glob> tokens = {}; // full ids as the document declares them; none: all of them
    bool nothing_else = false;     // everything that is not rotated stays as it is

    [[nodiscard]] bool speaks_of(const TokenId& declared) const;
};

} // namespace pveform::plan
