// The seam between the simulator's server (bytes, TLS, connections) and the API behind it.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pveform::simulator {

/// A request line and its headers, as PVE's HTTP::Request holds them.
struct RequestHead {
    std::string method; // GET, POST, PUT or DELETE: the server refuses all others

    /// Path and query, `/api2/json/access/users?full=1`, not decoded; scheme, authority and
    /// fragment are gone. It may lack the leading slash: PVE lets such a request in.
    std::string target;

    /// Names as first sent; the values of a repeated header are one, joined with `, `.
    std::vector<std::pair<std::string, std::string>> headers;

    /// The value of a header, whatever the case of its name (`_` is `-`); nothing where it was not
    /// sent. It keeps the blanks at its end.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
};

struct Request {
    RequestHead head;
    std::string body;
};

/// What the `Connection` headers of an answer say.
enum class Persistence {
    keep_alive,
    close,
    close_and_keep_alive, // of protected methods: the back daemon's header is passed through
};

/// Every status from 400 on is sent with `close`, whatever `persistence` says. An empty body is
/// sent without Content-Length.
struct Response {
    int status = 200;
    std::string reason = "OK"; // UTF-8, sent as Perl prints it; its first line counts
    std::optional<std::string> content_type = std::nullopt; // no header where absent
    std::string body = {};
    Persistence persistence = Persistence::keep_alive;
    bool delayed = false; // sent 3 s after the request arrived, unless that is switched off
};

/// The API, step by step as pve-http-server takes a request (src/PVE/APIServer/AnyEvent.pm).
class Application {
public:
    virtual ~Application() = default;

    /// Everything that PVE decides before it looks at the body (facts 1.2, steps 5 to 7); nothing
    /// to go on. Changes nothing.
    [[nodiscard]] virtual std::optional<Response> answer_early(const RequestHead& head) = 0;

    [[nodiscard]] virtual Response answer(const Request& request) = 0;

    // The rest serves the control endpoint and its faults.

    /// Carries a request out as root@pam with a ticket may, whatever credentials it carries: the
    /// other writer, who changes something between two requests of the client.
    [[nodiscard]] virtual Response answer_as_root(const Request& request) = 0;

    /// From now on the API takes the time to be the machine's plus `offset`.
    virtual void set_clock_offset(std::chrono::seconds offset) = 0;
};

} // namespace pveform::simulator
