// Who we say we are, in the form of HTTP headers.
// pve-manager: PVE/HTTPServer.pm, auth_handler.
#pragma once

#include <memory>
#include <vector>

#include "live/connect.hpp"
#include "live/http.hpp"

namespace pveform::live {

class Authentication {
public:
    virtual ~Authentication() = default;

    /// Header lines for one request. May log in first.
    [[nodiscard]] virtual Result<std::vector<Secret>> headers(Http& http, bool writing) = 0;

    /// What a 401 to a request with these headers means; of kind `authentication`.
    [[nodiscard]] virtual Error refusal(const Response& response) const = 0;

    /// Of an API token; nothing else has one that pveform could know of.
    virtual void replace_secret(const Secret& /*secret*/) {}
};

/// An error of kind `usage` for credentials that cannot be any. The clock must outlive the result.
[[nodiscard]] Result<std::unique_ptr<Authentication>>
authenticate(const Credentials& credentials, Clock& clock);

/// By a session of PVE, which it calls a ticket (live/ticket.cpp).
[[nodiscard]] Result<std::unique_ptr<Authentication>>
authenticate_by_ticket(const Login& login, Clock& clock);

} // namespace pveform::live
