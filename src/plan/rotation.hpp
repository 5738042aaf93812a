// New secrets for tokens that have one: never as a side effect, only where somebody asks for it.
#pragma once

#include <vector>

#include "base/source.hpp"
#include "model/glob.hpp"
#include "model/ids.hpp"
#include "model/state.hpp"

namespace pveform::plan {

/// Which tokens get a new secret although theirs is good.
enum class Urgency {
    never,
    due, // those with a lifetime of which less than `renew_before` is left
    now,
};

/// The live token that consumers of a declared one hold, with a secret that was stored.
struct CurrentToken {
    TokenId declared; // what the document calls it
    TokenId holder;   // another one where two names take turns
    Expiry expire;
    bool is_due = false;  // less than `renew_before` of its `lifetime` is left
    bool is_late = false; // half of that is spent, too
    Span span = {};       // of the declaration
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
