#include "live/connect.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "live/api_transport.hpp"
#include "live/curl_http.hpp"
#include "live/observer.hpp"

namespace pveform::live {

namespace {

/// Headers that are part of the connection, or of how we authenticate.
constexpr std::array own_headers = {
    "accept-encoding",
    "connection",
    "content-length",
    "content-type",
    "csrfpreventiontoken",
    "expect",
    "host",
    "transfer-encoding"};

bool is_header_name(std::string_view name) {
    constexpr std::string_view characters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    return !name.empty() && name.find_first_not_of(characters) == std::string_view::npos;
}

Error bad_header(const std::string& name, std::string_view why) {
    return Error{
        .kind = ErrorKind::usage,
        .message = fmt::format("the header `{}` cannot be sent: {}", printable(name), why),
    };
}

/// A header of ours that an extra one would contradict.
std::string_view taken_by(const Credentials& credentials) {
    if (std::holds_alternative<ApiToken>(credentials)) {
        return "authorization";
    }
    return std::holds_alternative<Login>(credentials) ? "cookie" : "";
}

Result<void>
check_headers(const std::vector<ExtraHeader>& headers, const Credentials& credentials) {
    for (const auto& [name, value] : headers) {
        const std::string lower = to_lower(name);
        if (!is_header_name(name)) {
            return std::unexpected(bad_header(name, "its name has characters that none has"));
        }
        if (std::ranges::find(own_headers, lower) != own_headers.end() ||
            lower == taken_by(credentials)) {
            return std::unexpected(bad_header(name, "pveform sends it itself"));
        }
        const bool has_control_characters = std::ranges::any_of(value->reveal(), [](char c) {
            return static_cast<unsigned char>(c) < ' ' || c == '\x7F';
        });
        if (has_control_characters) {
            return std::unexpected(
                bad_header(name, "its value has a line break or another control character")
            );
        }
    }
    return {};
}

Result<std::unique_ptr<Transport>> connect(
    const Connection& connection,
    const Credentials& credentials,
    FileSystem& files,
    Clock& clock,
    Observer* observer
) {
    TRY(check_headers(connection.headers, credentials));
    auto authentication = TRY(authenticate(credentials, clock));
    auto http = TRY(make_curl_http(connection, files));
    if (observer != nullptr) {
        http = observed(std::move(http), *observer);
    }
    return std::make_unique<ApiTransport>(std::move(http), std::move(authentication), clock);
}

} // namespace

std::string identity(const Credentials& credentials) {
    if (const auto* token = std::get_if<ApiToken>(&credentials)) {
        return token->id;
    }
    const auto* login = std::get_if<Login>(&credentials);
    return login != nullptr ? login->user : std::string();
}

Result<std::unique_ptr<ReadTransport>> connect_for_reading(
    const Connection& connection,
    const Credentials& credentials,
    FileSystem& files,
    Clock& clock,
    Observer* observer
) {
    return TRY(connect(connection, credentials, files, clock, observer));
}

Result<std::unique_ptr<Transport>> connect_for_writing(
    const Connection& connection,
    const Credentials& credentials,
    FileSystem& files,
    Clock& clock,
    Observer* observer
) {
    return connect(connection, credentials, files, clock, observer);
}

} // namespace pveform::live
