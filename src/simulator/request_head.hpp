// Reads the head of a request line by line, exactly as leniently and as strictly as PVE's
// HTTPServer (pve-http-server: src/PVE/APIServer/AnyEvent.pm, push_request_header,
// unshift_read_header, process_header).
//
// Written by hand because PVE's parser is, too: it takes bare line feeds, empty lines before the
// request, any text around the request line and headers without a Host, but neither two blanks nor
// a 64th line, and it has its own words for every refusal. A library's parser (Beast's, say)
// differs in each of these, and keeps the lines that we would need to tell.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "simulator/http.hpp"

namespace pveform::simulator {

class HeadReader {
public:
    enum class State {
        unfinished, // one more line, please
        complete,   // `head` holds the request
        refused,    // `refusal` is the answer
        abandoned,  // beyond the limits: PVE says nothing and lets the connection run dry
    };

    /// One line without its end, in the order in which they arrive.
    State take(std::string_view line);

    [[nodiscard]] const RequestHead& head() const { return head_; }

    [[nodiscard]] const Response& refusal() const { return refusal_; }

    /// The protocol that the answer names: the client's own, `HTTP/1.0` where it was not
    /// understood.
    [[nodiscard]] const std::string& protocol() const { return protocol_; }

    /// The request target as it was sent, for redirects.
    [[nodiscard]] const std::string& raw_target() const { return raw_target_; }

    /// Whether the client wants to go on with the connection.
    [[nodiscard]] bool wants_keep_alive() const { return wants_keep_alive_; }

    /// Empty lines before the request count as requests towards the connection's limit.
    [[nodiscard]] std::size_t request_lines() const { return request_lines_; }

private:
    State take_request_line(std::string_view line);
    State take_header_line(std::string_view line);
    void store_header();
    State finish();
    State refuse(Response refusal);

    RequestHead head_;
    Response refusal_;
    std::string protocol_ = "HTTP/1.0";
    std::string raw_target_;
    std::string name_; // the header that the next line may continue
    std::string value_;
    std::size_t request_lines_ = 0;
    std::size_t header_lines_ = 0;
    std::size_t header_bytes_ = 0;
    bool has_request_line_ = false;
    bool is_http_1_0_ = false;
    bool wants_keep_alive_ = true;
};

/// An answer of the transport itself: the text, in bytes as the client sent them, is the reason
/// and, without a Content-Type, the body.
[[nodiscard]] Response transport_error(int status, std::string_view text);

/// What PVE refuses about a body before it reads it (facts 1.2, step 8), after authentication.
[[nodiscard]] std::optional<Response> refuse_body(const RequestHead& head);

/// The number of bytes that PVE waits for after the head.
[[nodiscard]] std::size_t body_size(const RequestHead& head);

} // namespace pveform::simulator
