// Answers as bytes.

#include <array>
#include <string>

#include <zlib.h>

#include "catch.hpp"

#include "simulator/request_head.hpp"
#include "simulator/response_text.hpp"

namespace pveform::simulator {

namespace {

constexpr UnixSeconds some_day = 1'790'000'000; // 2026-09-21 14:13:20 UTC

Delivery kept() {
    return Delivery{.protocol = "HTTP/1.1", .keep_alive = true, .now = some_day};
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// What zlib makes of it, whether gzip or zlib.
std::string uncompressed(std::string text) {
    constexpr int any_format = 15 + 32;
    z_stream stream = {};
    REQUIRE(inflateInit2(&stream, any_format) == Z_OK);
    std::string result(1'000'000, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(text.data());
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(result.data());
    stream.avail_out = static_cast<uInt>(result.size());
    CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
    result.resize(stream.total_out);
    inflateEnd(&stream);
    return result;
}

} // namespace

TEST_CASE("an answer has PVE's headers", "[simulator]") {
    const ResponseText text = response_text(
        Response{.content_type = "application/json;charset=UTF-8", .body = "{}"}, kept()
    );
    CHECK(
        text.head == "HTTP/1.1 200 OK\r\n"
                     "Cache-Control: max-age=0\r\n"
                     "Connection: Keep-Alive\r\n"
                     "Date: Mon, 21 Sep 2026 14:13:20 GMT\r\n"
                     "Pragma: no-cache\r\n"
                     "Server: pve-api-daemon/3.0\r\n"
                     "Content-Length: 2\r\n"
                     "Content-Type: application/json;charset=UTF-8\r\n"
                     "Expires: Mon, 21 Sep 2026 14:13:20 GMT\r\n"
                     "\r\n"
    );
    CHECK(text.body == "{}");
    CHECK(text.keep_alive);
}

TEST_CASE("an empty body has no length", "[simulator]") {
    const ResponseText text = response_text(Response{.status = 401, .reason = "No ticket"}, kept());
    CHECK_FALSE(contains(text.head, "Content-Length"));
    CHECK_FALSE(contains(text.head, "Content-Type"));
}

TEST_CASE("answers of protected methods say close and Keep-Alive, and keep", "[simulator]") {
    const Response response{.body = "x", .persistence = Persistence::close_and_keep_alive};
    const ResponseText text = response_text(response, kept());
    CHECK(contains(text.head, "\r\nConnection: close\r\nConnection: Keep-Alive\r\n"));
    CHECK(text.keep_alive);

    Delivery last = kept();
    last.keep_alive = false;
    const ResponseText closing = response_text(response, last);
    CHECK(contains(closing.head, "\r\nConnection: close\r\nDate:"));
    CHECK_FALSE(closing.keep_alive);
}

TEST_CASE("every status from 400 on closes the connection", "[simulator]") {
    for (const int status : {400, 401, 403, 500, 501, 596}) {
        const Response response{
            .status = status, .body = "x", .persistence = Persistence::close_and_keep_alive};
        const ResponseText text = response_text(response, kept());
        CHECK(contains(text.head, "\r\nConnection: close\r\nDate:"));
        CHECK_FALSE(text.keep_alive);
    }
}

TEST_CASE("the status line shows the first line only, as Latin-1 if it fits", "[simulator]") {
    const auto status_line = [](const std::string& reason) {
        const ResponseText text = response_text(Response{.status = 500, .reason = reason}, kept());
        return text.head.substr(0, text.head.find("\r\n"));
    };
    CHECK(status_line("no \xC3\xA4\nmore\n") == "HTTP/1.1 500 no \xE4");
    CHECK(status_line("no \xC3\xA4\xE2\x82\xAC") == "HTTP/1.1 500 no \xC3\xA4\xE2\x82\xAC");
    const Response echo = transport_error(501, "method '\xC3\xA4' not available");
    CHECK(status_line(echo.reason) == "HTTP/1.1 500 method '\xC3\xA4' not available");
    CHECK(echo.body == "method '\xC3\xA4' not available");
}

TEST_CASE("a reason with a carriage return becomes a bare 400", "[simulator]") {
    const ResponseText text =
        response_text(Response{.status = 500, .reason = "a\rX-Evil: 1", .body = "secret"}, kept());
    CHECK(text.head.starts_with("HTTP/1.1 400 Bad Request\r\n"));
    CHECK(text.body.empty());
    CHECK_FALSE(text.keep_alive);
}

TEST_CASE("bodies over 1024 bytes are compressed, gzip before deflate", "[simulator]") {
    struct Row {
        std::size_t size;
        bool gzip;
        bool deflate;
        std::string encoding;
    };

    const std::array rows = {
        Row{1024, true, true, ""},
        Row{1025, true, true, "gzip"},
        Row{1025, false, true, "deflate"},
        Row{1025, false, false, ""},
    };
    for (const Row& row : rows) {
        Delivery delivery = kept();
        delivery.accepts_gzip = row.gzip;
        delivery.accepts_deflate = row.deflate;
        const std::string body(row.size, 'x');
        const ResponseText text = response_text(Response{.body = body}, delivery);
        INFO(row.size << " " << row.encoding);
        CHECK(contains(text.head, "Content-Length: " + std::to_string(text.body.size()) + "\r\n"));
        if (row.encoding.empty()) {
            CHECK_FALSE(contains(text.head, "Content-Encoding"));
            CHECK(text.body == body);
        } else {
            CHECK(contains(text.head, "Content-Encoding: " + row.encoding + "\r\n"));
            CHECK(text.body.size() < 100);
            CHECK(uncompressed(text.body) == body);
        }
    }
}

} // namespace pveform::simulator
