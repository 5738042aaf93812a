// Issues and checks tickets and CSRF prevention tokens.
// Mirrors pve-common: src/PVE/Ticket.pm and pve-access-control: src/PVE/AccessControl.pm.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace pveform::simulator {

class TicketOffice {
public:
    /// With a key of its own: tickets of other runs are not valid here.
    TicketOffice();

    /// `PVE:DATA:TIME::SEAL`. `sealed_with` is checked, but not part of the ticket: the user whose
    /// second factor is still missing.
    [[nodiscard]] std::string
    issue(std::string_view data, UnixSeconds now, std::string_view sealed_with = {}) const;

    /// The data of a ticket that was issued here, not more than two hours ago.
    [[nodiscard]] std::optional<std::string>
    verify(std::string_view ticket, UnixSeconds now, std::string_view sealed_with = {}) const;

    /// Bound to the user, not to a ticket.
    [[nodiscard]] std::string csrf_token(std::string_view user, UnixSeconds now) const;
    [[nodiscard]] bool
    is_csrf_token(std::string_view user, std::string_view token, UnixSeconds now) const;

private:
    std::string key_;
};

/// What begins the data of a ticket whose holder still owes a second factor.
inline constexpr std::string_view half_ticket_mark = "!tfa!";

/// Whether `code` is the one of this moment, or of the half minute before or after it. The secret
/// is in base 32.
[[nodiscard]] bool is_totp_code(std::string_view secret, std::string_view code, UnixSeconds now);

} // namespace pveform::simulator
