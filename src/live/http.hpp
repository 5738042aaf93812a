// One HTTP exchange: the seam between what is said to PVE (api_transport) and the bytes on the wire
// (curl_http).
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "base/secret.hpp"
#include "live/transport.hpp"

namespace pveform::live {

struct HttpRequest {
    std::string method;          // as in the request line
    std::string path;            // below `/api2/json`, percent-encoded
    Parameters parameters;       // in the body of POST and PUT, else in the query
    std::vector<Secret> headers; // whole lines
};

/// No complete answer.
struct HttpFailure {
    Error error;
    bool may_pass = false; // whether the same may go well a moment later
};

class Http {
public:
    virtual ~Http() = default;

    /// A GET is sent again where a kept-alive connection turns out to be dead; anything else is
    /// sent at most once. Kinds of errors as Transport has them.
    [[nodiscard]] virtual std::expected<Response, HttpFailure> exchange(const HttpRequest& request
    ) = 0;
};

} // namespace pveform::live
