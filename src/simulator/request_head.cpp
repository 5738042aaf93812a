#include "simulator/request_head.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/perl_text.hpp"

namespace pveform::simulator {

namespace {

constexpr std::size_t max_header_lines = 64;
constexpr std::size_t max_header_bytes = 8 * 1024;
constexpr double max_body_bytes = 512 * 1024;
constexpr std::string_view blanks = " \t\n\v\f\r"; // `\s` of Perl, on bytes

bool is_blank(char character) {
    return blanks.find(character) != std::string_view::npos;
}

bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

std::string_view leading_digits(std::string_view text) {
    const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
    return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

/// The word that ends where `text` ends; empty where that is a blank.
std::string_view last_word(std::string_view text) {
    const auto start = std::find_if(text.rbegin(), text.rend(), is_blank);
    return text.substr(static_cast<std::size_t>(text.rend() - start));
}

struct RequestLine {
    std::string_view method;
    std::string_view target;
    std::string_view major;
    std::string_view minor;
};

/// The first match of `(\S+) (\S+) HTTP/(\d+)\.(\d+)` anywhere in the line.
std::optional<RequestLine> match_request_line(std::string_view line) {
    constexpr std::string_view mark = " HTTP/";
    for (auto at = line.find(mark); at != std::string_view::npos; at = line.find(mark, at + 1)) {
        RequestLine result;
        const std::string_view version = line.substr(at + mark.size());
        result.major = leading_digits(version);
        const std::string_view rest = version.substr(result.major.size());
        result.minor = rest.starts_with('.') ? leading_digits(rest.substr(1)) : "";
        result.target = last_word(line.substr(0, at));
        const std::string_view before = line.substr(0, at - result.target.size());
        if (before.ends_with(' ')) {
            result.method = last_word(before.substr(0, before.size() - 1));
        }
        if (!result.method.empty() && !result.target.empty() && !result.major.empty() &&
            !result.minor.empty()) {
            return result;
        }
    }
    return std::nullopt;
}

/// Whether a proxy could take the beginning of the target for the user of an authority.
bool names_a_user(std::string_view target) {
    return target.substr(0, target.find('/')).find('@') != std::string_view::npos;
}

std::size_t scheme_size(std::string_view target) {
    const auto colon = target.find_first_of(":/?#");
    const bool has_scheme = colon != std::string_view::npos && colon > 0 && target[colon] == ':';
    return has_scheme ? colon + 1 : 0;
}

/// What URI.pm's `path` and `query` make of a target: scheme, authority and fragment are gone.
std::string path_and_query(std::string_view target) {
    target = target.substr(0, target.find('#'));
    target.remove_prefix(scheme_size(target));
    if (target.starts_with("//")) {
        const auto path = target.find_first_of("/?", 2);
        target = path == std::string_view::npos ? "" : target.substr(path);
    }
    return std::string(target);
}

/// HTTP::Headers takes `_` for `-` in names, and case for nothing.
std::string canonical(std::string_view name) {
    std::string result = to_lower(name);
    std::ranges::replace(result, '_', '-');
    return result;
}

/// A header that is there and that Perl takes for true.
bool is_true(std::optional<std::string_view> value) {
    return value && formats::is_true(*value);
}

/// A text as Perl takes it for a number: as far as it looks like one.
double as_number(std::string_view text) {
    double number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

std::string_view media_type(std::string_view content_type) {
    const auto separator = content_type.find_first_of(";,");
    if (separator == std::string_view::npos) {
        return content_type;
    }
    const std::string_view type = content_type.substr(0, separator);
    return type.substr(0, type.find_last_not_of(blanks) + 1);
}

} // namespace

std::optional<std::string_view> RequestHead::header(std::string_view name) const {
    const std::string wanted = canonical(name);
    const auto found = std::ranges::find_if(headers, [&](const auto& header) {
        return canonical(header.first) == wanted;
    });
    return found == headers.end() ? std::nullopt : std::optional<std::string_view>(found->second);
}

Response transport_error(int status, std::string_view text) {
    return Response{
        .status = status,
        .reason = formats::from_latin1(text),
        .content_type = std::nullopt,
        .body = std::string(text),
        .persistence = Persistence::close};
}

HeadReader::State HeadReader::take(std::string_view line) {
    return has_request_line_ ? take_header_line(line) : take_request_line(line);
}

HeadReader::State HeadReader::take_request_line(std::string_view line) {
    ++request_lines_;
    if (line.empty()) {
        return State::unfinished;
    }
    const std::optional<RequestLine> request = match_request_line(line);
    if (!request) {
        return refuse(transport_error(400, "bad request"));
    }
    if (as_number(request->major) != 1) {
        return refuse(transport_error(
            506,
            fmt::format("http protocol version {}.{} not supported", request->major, request->minor)
        ));
    }
    if (names_a_user(request->target)) {
        return refuse(transport_error(400, "invalid url"));
    }
    has_request_line_ = true;
    is_http_1_0_ = as_number(request->minor) == 0;
    protocol_ = fmt::format("HTTP/{}.{}", request->major, request->minor);
    raw_target_ = request->target;
    head_.method = request->method;
    head_.target = path_and_query(raw_target_);
    return State::unfinished;
}

HeadReader::State HeadReader::take_header_line(std::string_view line) {
    header_bytes_ += line.size();
    if (++header_lines_ >= max_header_lines || header_bytes_ >= max_header_bytes) {
        return State::abandoned;
    }
    if (line.empty()) {
        store_header();
        return finish();
    }
    const std::string_view name = line.substr(0, line.find_first_of(": \t\n\v\f\r"));
    std::string_view rest = line.substr(name.size());
    rest.remove_prefix(std::min(rest.find_first_not_of(blanks), rest.size()));
    if (!name.empty() && rest.starts_with(':')) {
        store_header();
        rest.remove_prefix(1);
        rest.remove_prefix(std::min(rest.find_first_not_of(blanks), rest.size()));
        name_ = name;
        value_ = rest;
        return State::unfinished;
    }
    if (is_blank(line.front())) {
        value_ += fmt::format(" {}", rest);
        return State::unfinished;
    }
    return refuse(transport_error(506, "unable to parse request header"));
}

void HeadReader::store_header() {
    if (name_.empty()) {
        return;
    }
    const std::string wanted = canonical(name_);
    const auto known = std::ranges::find_if(head_.headers, [&](const auto& header) {
        return canonical(header.first) == wanted;
    });
    if (known == head_.headers.end()) {
        head_.headers.emplace_back(std::exchange(name_, {}), std::exchange(value_, {}));
    } else {
        known->second += fmt::format(", {}", value_);
    }
}

HeadReader::State HeadReader::finish() {
    constexpr std::string_view known_methods[] = {"GET", "POST", "PUT", "DELETE"};
    if (std::ranges::find(known_methods, head_.method) == std::end(known_methods)) {
        Response refusal =
            transport_error(501, fmt::format("method '{}' not available", head_.method));
        refusal.body.clear();
        return refuse(std::move(refusal));
    }
    const std::optional<std::string_view> connection = head_.header("Connection");
    wants_keep_alive_ = is_true(connection)
                            ? to_lower(*connection).find("close") == std::string::npos
                            : !is_http_1_0_;
    const std::optional<std::string_view> encoding = head_.header("Transfer-Encoding");
    if (is_true(encoding)) {
        return refuse(transport_error(
            501,
            to_lower(*encoding) == "chunked"
                ? "chunked transfer encoding not supported"
                : fmt::format("Unknown transfer encoding '{}'", *encoding)
        ));
    }
    return State::complete;
}

HeadReader::State HeadReader::refuse(Response refusal) {
    refusal_ = std::move(refusal);
    return State::refused;
}

std::optional<Response> refuse_body(const RequestHead& head) {
    const std::optional<std::string_view> length = head.header("Content-Length");
    if (!is_true(length)) {
        return std::nullopt;
    }
    if (head.method != "POST" && head.method != "PUT") {
        return transport_error(501, fmt::format("Unexpected content for method '{}'", head.method));
    }
    if (as_number(*length) > max_body_bytes) {
        return transport_error(501, "for data too large");
    }
    const std::string_view content_type = head.header("Content-Type").value_or("");
    const std::string_view type = media_type(content_type);
    if (!is_true(type) || type == "application/x-www-form-urlencoded" ||
        type == "application/json") {
        return std::nullopt;
    }
    return transport_error(
        506, fmt::format("upload 'Content-Type '{}' not implemented", content_type)
    );
}

std::size_t body_size(const RequestHead& head) {
    const double length = as_number(head.header("Content-Length").value_or(""));
    return length > 0 ? static_cast<std::size_t>(std::min(length, max_body_bytes)) : 0;
}

} // namespace pveform::simulator
