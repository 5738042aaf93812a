// What an API token says in the header `Authorization`.
#pragma once

#include <string_view>

#include "base/secret.hpp"

namespace pveform {

/// What the header's value begins with.
inline constexpr std::string_view token_scheme = "PVEAPIToken=";

/// The header's value for the token `id` (`user@realm!name`). PVE percent-decodes it: a `%` of the
/// id is encoded (pve-http-server: src/PVE/APIServer/Formatter.pm).
[[nodiscard]] Secret token_authorization(std::string_view id, const Secret& secret);

} // namespace pveform
