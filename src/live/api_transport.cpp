#include "live/api_transport.hpp"

#include <chrono>
#include <random>

#include "live/response.hpp"

namespace pveform::live {

namespace {

constexpr int max_attempts = 4;
constexpr std::chrono::milliseconds first_pause{200};

/// Half to one and a half of it, so that jobs that failed together do not come back together.
std::chrono::milliseconds with_jitter(std::chrono::milliseconds pause) {
    static std::minstd_rand random(std::random_device{}());
    const auto half = pause.count() / 2;
    return std::chrono::milliseconds(
        std::uniform_int_distribution<std::chrono::milliseconds::rep>(half, 3 * half)(random)
    );
}

bool may_pass(const std::expected<Response, HttpFailure>& outcome) {
    if (!outcome) {
        return outcome.error().may_pass;
    }
    const int status = outcome->status;
    return status == 429 || (status >= 502 && status <= 504) || (status >= 595 && status <= 599);
}

} // namespace

ApiTransport::ApiTransport(
    std::unique_ptr<Http> http, std::unique_ptr<Authentication> authentication, Clock& clock
)
    : http_(std::move(http)), authentication_(std::move(authentication)), clock_(clock) {}

Result<Response> ApiTransport::get(std::string_view path, const Parameters& query) {
    HttpRequest request{
        .method = "GET", .path = std::string(path), .parameters = query, .headers = {}};
    TRY(add_credentials(request, false));
    auto outcome = http_->exchange(request);
    auto pause = first_pause;
    for (int attempt = 1; attempt < max_attempts && may_pass(outcome); ++attempt) {
        clock_.sleep_for(with_jitter(pause));
        pause *= 2;
        outcome = http_->exchange(request);
    }
    return understood(std::move(outcome));
}

Result<Response> ApiTransport::send(Method method, std::string_view path, const Parameters& form) {
    HttpRequest request{
        .method = std::string(to_string(method)),
        .path = std::string(path),
        .parameters = form,
        .headers = {},
    };
    TRY(add_credentials(request, true));
    return understood(http_->exchange(request));
}

void ApiTransport::replace_secret(const Secret& secret) {
    authentication_->replace_secret(secret);
}

Result<void> ApiTransport::add_credentials(HttpRequest& request, bool writing) {
    auto headers = authentication_->headers(*http_, writing);
    if (!headers) {
        Error error = std::move(headers).error();
        if (error.kind == ErrorKind::connection) { // of the login: the request itself was not sent
            error.kind = ErrorKind::unreachable;
        }
        return std::unexpected(std::move(error));
    }
    request.headers = std::move(*headers);
    return {};
}

Result<Response> ApiTransport::understood(std::expected<Response, HttpFailure> outcome) const {
    if (!outcome) {
        return std::unexpected(std::move(outcome).error().error);
    }
    if (outcome->status == 401 && !is_web_page(*outcome)) { // else it is a gateway's
        return std::unexpected(authentication_->refusal(*outcome));
    }
    return std::move(*outcome);
}

} // namespace pveform::live
