#include "live/endpoint.hpp"

#include <array>
#include <memory>

#include <curl/curl.h>
#include <fmt/format.h>

#include "base/text.hpp"

namespace pveform::live {

namespace {

constexpr std::string_view example = "write it as `https://HOST:8006`";

Error no_endpoint(std::string message, std::string_view help = example) {
    return Error{
        .kind = ErrorKind::usage, .message = std::move(message), .help = std::string(help)};
}

/// For messages: without what may be a password.
std::string shown(std::string_view text) {
    const std::size_t at = text.rfind('@');
    return printable(at == std::string_view::npos ? text : text.substr(at + 1));
}

class Url {
public:
    explicit Url(const std::string& text)
        : url_(curl_url()),
          code_(curl_url_set(url_.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME)) {}

    [[nodiscard]] bool is_valid() const { return code_ == CURLUE_OK; }

    /// Empty where the URL has none.
    [[nodiscard]] std::string part(CURLUPart part, unsigned flags = 0) const {
        char* text = nullptr;
        if (curl_url_get(url_.get(), part, &text, flags) != CURLUE_OK || text == nullptr) {
            return {};
        }
        std::string result(text);
        curl_free(text);
        return result;
    }

private:
    struct Cleanup {
        void operator()(CURLU* url) const { curl_url_cleanup(url); }
    };

    std::unique_ptr<CURLU, Cleanup> url_;
    CURLUcode code_;
};

std::string_view without_suffix(std::string_view text, std::string_view suffix) {
    return text.ends_with(suffix) ? text.substr(0, text.size() - suffix.size()) : text;
}

/// What stands before `/api2/json`: nothing, or the folder under which a gateway serves PVE.
std::string prefix_of(std::string_view path) {
    path = without_suffix(path, "/");
    for (const std::string_view part : {"/json", "/api2"}) {
        path = without_suffix(path, part);
    }
    return std::string(without_suffix(path, "/"));
}

} // namespace

Result<Endpoint> parse_endpoint(std::string_view text) {
    const std::string whole(trim(text));
    if (whole.find("://") == std::string::npos) {
        return std::unexpected(
            no_endpoint(fmt::format("the endpoint `{}` has no scheme", shown(whole)))
        );
    }
    const Url url(whole);
    if (!url.is_valid()) {
        return std::unexpected(
            no_endpoint(fmt::format("the endpoint `{}` is not an address", shown(whole)))
        );
    }
    if (!url.part(CURLUPART_USER).empty() || !url.part(CURLUPART_PASSWORD).empty()) {
        return std::unexpected(no_endpoint(
            fmt::format(
                "the endpoint on `{}` holds a user name or password", url.part(CURLUPART_HOST)
            ),
            "credentials never belong there: give them as `PVEFORM_API_TOKEN`"
        ));
    }
    if (url.part(CURLUPART_SCHEME) == "http") {
        return std::unexpected(no_endpoint(
            fmt::format("the endpoint `{}` is plain HTTP", shown(whole)),
            "PVE's API speaks HTTPS only, and a token must not travel in the clear: write "
            "`https://…`"
        ));
    }
    if (url.part(CURLUPART_SCHEME) != "https") {
        return std::unexpected(
            no_endpoint(fmt::format("the endpoint `{}` is not https", shown(whole)))
        );
    }
    if (!url.part(CURLUPART_QUERY).empty() || !url.part(CURLUPART_FRAGMENT).empty()) {
        return std::unexpected(no_endpoint(
            fmt::format("the endpoint `{}` has something behind its path", shown(whole))
        ));
    }
    Endpoint endpoint;
    endpoint.host = url.part(CURLUPART_HOST);
    endpoint.port = url.part(CURLUPART_PORT, CURLU_DEFAULT_PORT);
    const std::string written_port = url.part(CURLUPART_PORT);
    endpoint.base = "https://" + endpoint.host + (written_port.empty() ? "" : ":") + written_port +
                    prefix_of(url.part(CURLUPART_PATH));
    return endpoint;
}

} // namespace pveform::live
