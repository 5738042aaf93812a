// The seam between pveform and the network: one request, one answer. Reading commands are given a
// ReadTransport and so cannot write; the compiler sees to it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"

namespace pveform::live {

/// Text; or a secret of the caller's, which is sent and never shown, and must outlive the request.
using ParameterValue = std::variant<std::string, const Secret*>;

/// Names and values, not yet encoded; sent in this order.
using Parameters = std::vector<std::pair<std::string, ParameterValue>>;

/// What the server answered, whatever the status. The body may hold a token secret: it is wiped
/// with the response.
struct Response {
    int status = 0;
    std::string reason; // of the status line, as sent
    std::string content_type;
    std::string location;            // of a redirect
    std::optional<UnixSeconds> date; // the server's clock
    std::string body;

    Response() = default;
    Response(Response&&) noexcept = default;
    Response& operator=(Response&&) noexcept = default;
    Response(const Response&) = delete;
    Response& operator=(const Response&) = delete;
    ~Response();
};

/// Errors are of kind `unreachable` where the request certainly was not executed (no connection,
/// TLS refused it), `connection` where no complete answer arrived and it may have been,
/// `authentication` where PVE does not accept who we say we are, and `io` where this machine could
/// not send it.
class ReadTransport {
public:
    virtual ~ReadTransport() = default;

    /// `path` is below `/api2/json` and already percent-encoded, such as `/access/users`. A request
    /// on a stale kept-alive connection is retried within.
    [[nodiscard]] virtual Result<Response>
    get(std::string_view path, const Parameters& query = {}) = 0;
};

enum class Method { post, put, remove };

[[nodiscard]] std::string_view to_string(Method method);

class Transport : public ReadTransport {
public:
    /// Form-encoded parameters: in the body for POST and PUT, in the query for DELETE. Sent at most
    /// once.
    [[nodiscard]] virtual Result<Response>
    send(Method method, std::string_view path, const Parameters& form) = 0;

    /// The API token that we authenticate with has another secret from now on.
    virtual void replace_secret(const Secret& secret) = 0;
};

} // namespace pveform::live
