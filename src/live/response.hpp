// From what PVE answered to data or to an error that a person can act on.
// pve-http-server: src/PVE/APIServer/Formatter/Standard.pm (bodies), AnyEvent.pm (bare answers).
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "live/transport.hpp"
#include "json/value.hpp"

namespace pveform::live {

/// The `data` of a good answer. Any other becomes an error in PVE's own words, read from `message`
/// and `errors` where the body is JSON, from the status line where it is not. `action` says what
/// was tried: ``update user `ci@pve` ``.
[[nodiscard]] Result<json::Value> data_of(Result<Response> response, std::string_view action);

/// PVE waited for the lock of its file and gave up: nothing was changed, trying again is safe.
[[nodiscard]] bool is_lock_timeout(const Error& error);

} // namespace pveform::live
