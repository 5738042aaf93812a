// Which tokens of the cluster stand for a declared one, until when, and which of them gets a new
// secret. Nothing is remembered but what PVE stores: names and expiry times.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "desired/desired.hpp"
#include "model/state.hpp"
#include "plan/rotation.hpp"
#include "plan/step.hpp"

namespace pveform::plan {

/// Why a token that is there gets a secret although nobody asked for it.
inline constexpr std::string_view secret_never_stored = "secret never stored: re-issue";

/// A token that stands for the declared one, as it is to be.
struct Holder {
    TokenId id;
    Expiry expire;
    bool is_issued = false;  // gets a secret in this plan: it is not there, or is to have another
    std::string reason = {}; // why it gets another one, where it is there
    std::optional<Predecessor> predecessor = {};

    /// Whether it is what a run left that broke off.
    [[nodiscard]] bool is_repair() const { return reason == secret_never_stored; }
};

/// Whether a token's expiry is over and looks like the mark of a secret that was never stored, but
/// may be an end like any other, and the document does not say what it is to be.
[[nodiscard]] bool is_doubtful_mark(Expiry live, const desired::Token& wanted, UnixSeconds now);

struct Succession {
    std::vector<Holder> holders;
    std::optional<TokenId> retired;      // of the plain name, dead since two names take turns
    std::optional<CurrentToken> current; // without its place; nothing before the first secret
    std::string obstacle;                // why no secret is issued although one was asked for
    std::string caution; // what to know of one that is issued while the one before is alive

    [[nodiscard]] bool issues_secret() const;
};

/// Without `overlap` the declared token stands for itself. With it, `NAME-a` and `NAME-b` take
/// turns: of those whose secret was stored, the one that lives longest is the current one. Its
/// successor is issued under the other name, when what is left of it is less than `renew_before`
/// and the rotation asks for it; it lives on to its own expiry, but not until its successor is due,
/// and for at least `overlap`. Until then its name gets no new secret, but where one is asked for
/// and the overlap is over by the `lifetime` of today. A token of the plain name, from before it
/// had an overlap, counts as a predecessor.
[[nodiscard]] Succession succession_of(
    const TokenId& declared,
    const desired::Token& wanted,
    const State& live,
    UnixSeconds now,
    const Rotation& rotation
);

} // namespace pveform::plan
