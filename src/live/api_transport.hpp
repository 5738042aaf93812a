// Requests to PVE's API: with our credentials, and, where that is safe, with patience.
#pragma once

#include <memory>

#include "live/authentication.hpp"
#include "live/http.hpp"
#include "live/transport.hpp"
#include "system/clock.hpp"

namespace pveform::live {

class ApiTransport : public Transport {
public:
    /// The clock must outlive it.
    ApiTransport(
        std::unique_ptr<Http> http, std::unique_ptr<Authentication> authentication, Clock& clock
    );

    /// Tried a few times, with growing pauses, where the failure is one that passes: a dropped or
    /// refused connection, PVE's own front without what is behind it (595 to 599), a gateway's 502
    /// to 504 or 429.
    [[nodiscard]] Result<Response>
    get(std::string_view path, const Parameters& query = {}) override;

    [[nodiscard]] Result<Response>
    send(Method method, std::string_view path, const Parameters& form) override;

    void replace_secret(const Secret& secret) override;

private:
    [[nodiscard]] Result<void> add_credentials(HttpRequest& request, bool writing);
    [[nodiscard]] Result<Response> understood(std::expected<Response, HttpFailure> outcome) const;

    std::unique_ptr<Http> http_;
    std::unique_ptr<Authentication> authentication_;
    Clock& clock_;
};

} // namespace pveform::live
