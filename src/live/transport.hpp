// The seam between pveform and the network: one request, one answer. Reading commands are given a
// ReadTransport and so cannot write; the compiler sees to it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace pveform::live {

/// Names and values, not yet encoded; sent in this order.
using Parameters = std::vector<std::pair<std::string, std::string>>;

/// What the server answered, whatever the status. The body may hold a token secret: it is wiped
/// with the response.
struct Response {
    int status = 0;
    std::string reason; // of the status line, as sent
    std::string content_type;
    std::string body;

    Response() = default;
    Response(Response&&) noexcept = default;
    Response& operator=(Response&&) noexcept = default;
    Response(const Response&) = delete;
    Response& operator=(const Response&) = delete;
    ~Response();
};

/// An error of kind `connection` means that no complete answer arrived.
class ReadTransport {
public:
    virtual ~ReadTransport() = default;

    /// `path` is below `/api2/json` and already percent-encoded, such as `/access/users`. A request
    /// on a stale kept-alive connection is retried within.
    [[nodiscard]] virtual Result<Response>
    get(std::string_view path, const Parameters& query = {}) = 0;
};

enum class Method { post, put, remove };

class Transport : public ReadTransport {
public:
    /// Form-encoded parameters: in the body for POST and PUT, in the query for DELETE. Sent at most
    /// once. `Error::kind` is `connection` where the request may have been executed, and
    /// `ErrorKind::unreachable` where it certainly was not (no connection, TLS refused).
    [[nodiscard]] virtual Result<Response>
    send(Method method, std::string_view path, const Parameters& form) = 0;
};

} // namespace pveform::live
