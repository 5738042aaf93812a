// The life of the token that pveform itself runs with, between its new secret and the storing of
// it.
#pragma once

#include "model/state.hpp"

namespace pveform {

/// Such a token cannot be dead meanwhile as others are (Expiry::unconfirmed), or nobody could bring
/// it to life. How long it lives at least; no sink may take longer.
constexpr UnixSeconds least_grace_s = 15 * 60;
constexpr UnixSeconds grace_unit_s = 3600;

/// One second past a full hour. That second is the mark of a secret that was never confirmed to be
/// stored, also when the time is over: whoever prolonged such a token would let a secret live that
/// nobody has.
[[nodiscard]] constexpr Expiry grace_from(UnixSeconds now) {
    const UnixSeconds least = now + least_grace_s;
    return {(least + grace_unit_s - 1) / grace_unit_s * grace_unit_s + 1};
}

/// Whether it has the mark. What ends later than a grace can end now is none.
[[nodiscard]] constexpr bool is_grace(Expiry expiry, UnixSeconds now) {
    return expiry.seconds % grace_unit_s == 1 &&
           expiry.seconds <= now + least_grace_s + grace_unit_s;
}

/// The same time, or the next that cannot be taken for a grace, and neither the second before it.
[[nodiscard]] constexpr Expiry clear_of_grace(Expiry expiry) {
    const UnixSeconds past_hour = expiry.seconds % grace_unit_s;
    return past_hour == 1 || past_hour == 2 ? Expiry{expiry.seconds - past_hour + 3} : expiry;
}

} // namespace pveform
