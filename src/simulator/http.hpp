// The seam between the simulator's server (bytes, TLS, connections) and the API behind it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pveform::simulator {

/// A request line and its headers, as they were sent.
struct RequestHead {
    std::string method; // GET, POST, PUT or DELETE: the server refuses all others
    std::string target; // `/api2/json/access/users?full=1`, not decoded
    std::vector<std::pair<std::string, std::string>> headers;

    /// The value of a header, whatever the case of its name; nothing where it was not sent.
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

struct Response {
    int status = 200;
    std::string reason = "OK";               // any text without line ends, sent as Latin-1
    std::optional<std::string> content_type; // no header where absent
    std::string body;
    bool has_content_length = true;
    Persistence persistence = Persistence::keep_alive;
    bool delayed = false; // sent 3 s after the request arrived, unless that is switched off
};

/// The API, step by step as pve-http-server takes a request (src/PVE/APIServer/AnyEvent.pm).
class Application {
public:
    virtual ~Application() = default;

    /// Everything that PVE decides before it reads the body; nothing to go on.
    [[nodiscard]] virtual std::optional<Response> answer_early(const RequestHead& head) = 0;

    [[nodiscard]] virtual Response answer(const Request& request) = 0;
};

} // namespace pveform::simulator
