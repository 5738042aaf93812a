// Who a request comes from: an API token or a ticket, found where PVE looks for them.
// Mirrors pve-manager: PVE/HTTPServer.pm (auth_handler), pve-http-server:
// src/PVE/APIServer/Formatter.pm (extract_auth_value), pve-access-control:
// src/PVE/AccessControl.pm (verify_token, verify_ticket, check_user_enabled).
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "simulator/http.hpp"
#include "simulator/store.hpp"
#include "simulator/ticket_office.hpp"

namespace pveform::simulator {

struct Identity {
    std::string caller;     // empty for who need not log in
    bool has_token = false; // an API token was sent, whether it was looked at or not
};

/// `path` is the one behind the format. The error is the reason of a 401.
[[nodiscard]] std::expected<Identity, std::string> authenticate(
    const RequestHead& head,
    std::string_view path,
    const Store& store,
    const TicketOffice& tickets,
    UnixSeconds now
);

/// Why a user may not come in: unknown, disabled, expired.
[[nodiscard]] std::optional<std::string>
find_user_fault(const Store& store, const std::string& user, UnixSeconds now);

} // namespace pveform::simulator
