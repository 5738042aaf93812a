#include "live/connect.hpp"

#include "live/api_transport.hpp"
#include "live/curl_http.hpp"

namespace pveform::live {

namespace {

Result<std::unique_ptr<Transport>> connect(const Connection& connection, const ApiToken& token) {
    auto authentication = TRY(authenticate_by_token(token));
    auto http = TRY(make_curl_http(connection));
    return std::make_unique<ApiTransport>(std::move(http), std::move(authentication));
}

} // namespace

Result<std::unique_ptr<ReadTransport>>
connect_for_reading(const Connection& connection, const ApiToken& token) {
    return TRY(connect(connection, token));
}

Result<std::unique_ptr<Transport>>
connect_for_writing(const Connection& connection, const ApiToken& token) {
    return connect(connection, token);
}

} // namespace pveform::live
