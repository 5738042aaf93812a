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
};

/// An error of kind `usage` where it cannot be sent in a header.
[[nodiscard]] Result<std::unique_ptr<Authentication>> authenticate_by_token(const ApiToken& token);

} // namespace pveform::live
