// From what PVE answered to data or to an error that a person can act on.
// pve-http-server: src/PVE/APIServer/Formatter/Standard.pm (bodies), AnyEvent.pm (bare answers).
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "live/transport.hpp"
#include "json/value.hpp"

namespace pveform::live {

/// The `data` of a good answer. Any other becomes an error in PVE's own words, read from `message`
/// and `errors` where the body is JSON, from the status line where it is not; `Error::status` tells
/// which. `action` says what was tried: ``update user `ci@pve` ``. The kinds:
/// - `api`: PVE refused, and nothing was changed;
/// - `authentication`: 401;
/// - `connection`: a write may have been executed (595 to 599, a time-out within PVE, an answer of
///   something in front of PVE, one that cannot be read). 595 says that PVE's own front did not
///   reach what executes requests; where a secret hangs on it, that is looked at and not believed.
[[nodiscard]] Result<json::Value> data_of(Result<Response> response, std::string_view action);

/// `PVE answered 403: Permission check failed (/access, Sys.Audit)`.
[[nodiscard]] std::string describe(const Response& response);

/// HTML: the answer of something that is not PVE's API.
[[nodiscard]] bool is_web_page(const Response& response);

/// PVE waited for the lock of its file and gave up: nothing was changed, trying again is safe.
[[nodiscard]] bool is_lock_timeout(const Error& error);

} // namespace pveform::live
