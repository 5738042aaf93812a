// Requests to PVE's API: paths, parameters and credentials become HTTP.
#pragma once

#include <memory>

#include "live/authentication.hpp"
#include "live/http.hpp"
#include "live/transport.hpp"

namespace pveform::live {

class ApiTransport : public Transport {
public:
    ApiTransport(std::unique_ptr<Http> http, std::unique_ptr<Authentication> authentication);

    [[nodiscard]] Result<Response>
    get(std::string_view path, const Parameters& query = {}) override;

    [[nodiscard]] Result<Response>
    send(Method method, std::string_view path, const Parameters& form) override;

private:
    [[nodiscard]] Result<Response> exchange(HttpRequest request, bool writing);

    std::unique_ptr<Http> http_;
    std::unique_ptr<Authentication> authentication_;
};

} // namespace pveform::live
