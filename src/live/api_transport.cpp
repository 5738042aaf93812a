#include "live/api_transport.hpp"

#include "live/encode.hpp"

namespace pveform::live {

namespace {

std::string target(std::string_view path, const Parameters& query) {
    std::string text = "/api2/json";
    text += path;
    if (!query.empty()) {
        text += '?';
        text += form_encode(query).reveal();
    }
    return text;
}

} // namespace

ApiTransport::ApiTransport(
    std::unique_ptr<Http> http, std::unique_ptr<Authentication> authentication
)
    : http_(std::move(http)), authentication_(std::move(authentication)) {}

Result<Response> ApiTransport::get(std::string_view path, const Parameters& query) {
    HttpRequest request;
    request.method = "GET";
    request.target = target(path, query);
    return exchange(std::move(request), false);
}

Result<Response> ApiTransport::send(Method method, std::string_view path, const Parameters& form) {
    HttpRequest request;
    request.method = to_string(method);
    if (method == Method::remove) { // PVE refuses a DELETE with content
        request.target = target(path, form);
    } else {
        request.target = target(path, {});
        request.body = form_encode(form);
    }
    return exchange(std::move(request), true);
}

Result<Response> ApiTransport::exchange(HttpRequest request, bool writing) {
    request.headers = TRY(authentication_->headers(*http_, writing));
    Response response = TRY(http_->exchange(request));
    if (response.status == 401) {
        return std::unexpected(authentication_->refusal(response));
    }
    return response;
}

} // namespace pveform::live
