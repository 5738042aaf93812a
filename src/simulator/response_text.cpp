#include "simulator/response_text.hpp"

#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <zlib.h>

#include "formats/perl_text.hpp"

namespace pveform::simulator {

namespace {

constexpr std::size_t compressed_above_bytes = 1024;
constexpr int zlib_window = 15;
constexpr int gzip_window = zlib_window + 16; // as zlib's manual has it

std::string http_date(UnixSeconds time) {
    return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(static_cast<std::time_t>(time)));
}

std::string compressed(std::string_view text, int window) {
    z_stream stream = {};
    if (deflateInit2(
            &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY
        ) != Z_OK) {
        return {};
    }
    std::string result(deflateBound(&stream, text.size()), '\0');
    std::string input(text); // zlib takes no const bytes
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    stream.next_out = reinterpret_cast<Bytef*>(result.data());
    stream.avail_out = static_cast<uInt>(result.size());
    deflate(&stream, Z_FINISH);
    result.resize(stream.total_out);
    deflateEnd(&stream);
    return result;
}

/// PVE shows the first line, and nothing of the answer where that still holds a line end.
void set_status_line(const Response& response, std::string_view protocol, ResponseText& result) {
    const std::string_view first_line =
        std::string_view(response.reason).substr(0, response.reason.find('\n'));
    const bool is_broken = first_line.find('\r') != std::string_view::npos;
    result.head =
        is_broken
            ? fmt::format("{} 400 Bad Request\r\n", protocol)
            : fmt::format("{} {} {}\r\n", protocol, response.status, formats::to_bytes(first_line));
    result.body = is_broken ? "" : response.body;
    result.keep_alive = response.status < 400 && !is_broken;
}

std::string_view connection_headers(Persistence persistence, bool keep_alive) {
    if (!keep_alive) {
        return "Connection: close\r\n";
    }
    return persistence == Persistence::close_and_keep_alive
               ? "Connection: close\r\nConnection: Keep-Alive\r\n"
               : "Connection: Keep-Alive\r\n";
}

} // namespace

ResponseText response_text(const Response& response, const Delivery& delivery) {
    ResponseText result;
    set_status_line(response, delivery.protocol, result);
    result.keep_alive =
        result.keep_alive && delivery.keep_alive && response.persistence != Persistence::close;
    std::string_view encoding;
    if (result.body.size() > compressed_above_bytes) {
        if (delivery.accepts_gzip) {
            encoding = "gzip";
            result.body = compressed(result.body, gzip_window);
        } else if (delivery.accepts_deflate) {
            encoding = "deflate";
            result.body = compressed(result.body, zlib_window);
        }
    }
    const std::string date = http_date(delivery.now);
    result.head += "Cache-Control: max-age=0\r\n";
    result.head += connection_headers(response.persistence, result.keep_alive);
    result.head += fmt::format("Date: {}\r\nPragma: no-cache\r\n", date);
    if (delivery.location) {
        result.head += fmt::format("Location: {}\r\n", *delivery.location);
    }
    result.head += "Server: pve-api-daemon/3.0\r\n";
    if (!encoding.empty()) {
        result.head += fmt::format("Content-Encoding: {}\r\n", encoding);
    }
    if (!result.body.empty()) {
        result.head += fmt::format("Content-Length: {}\r\n", result.body.size());
    }
    if (response.content_type) {
        result.head += fmt::format("Content-Type: {}\r\n", *response.content_type);
    }
    result.head += fmt::format("Expires: {}\r\n\r\n", date);
    return result;
}

} // namespace pveform::simulator
