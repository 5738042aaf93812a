// Answers as bytes: the status line, PVE's headers and the body, compressed where the client takes
// it (pve-http-server: src/PVE/APIServer/AnyEvent.pm, response).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "simulator/http.hpp"

namespace pveform::simulator {

/// What an answer's form depends on besides itself.
struct Delivery {
    std::string protocol = "HTTP/1.0";
    bool keep_alive = false; // the connection goes on, as far as client and limits are concerned
    bool accepts_gzip = false;
    bool accepts_deflate = false;
    UnixSeconds now = 0;
    std::optional<std::string> location = std::nullopt;
};

/// An answer, ready to be sent.
struct ResponseText {
    std::string head; // with the empty line
    std::string body;
    bool keep_alive = false; // whether the connection stays open after it
};

[[nodiscard]] ResponseText response_text(const Response& response, const Delivery& delivery);

} // namespace pveform::simulator
