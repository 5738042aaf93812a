// One HTTP exchange: the seam between what is said to PVE (api_transport) and the bytes on the wire
// (curl_http).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/secret.hpp"
#include "live/transport.hpp"

namespace pveform::live {

struct HttpRequest {
    std::string method;          // as in the request line
    std::string target;          // path and query, below the endpoint
    std::vector<Secret> headers; // whole lines
    std::optional<Secret> body;  // form-encoded
};

class Http {
public:
    virtual ~Http() = default;

    /// A GET is sent again where a kept-alive connection turns out to be dead; anything else is
    /// sent at most once. Errors as Transport has them.
    [[nodiscard]] virtual Result<Response> exchange(const HttpRequest& request) = 0;
};

} // namespace pveform::live
