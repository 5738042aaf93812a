// Percent-encoding, as far as PVE's parser of forms and paths needs it: it splits at `&` and `;`,
// drops what follows a second `=`, and takes `%2F` in a path for a separator.
// pve-http-server: src/PVE/APIServer/AnyEvent.pm.
#pragma once

#include <string>
#include <string_view>

#include "base/secret.hpp"
#include "live/transport.hpp"

namespace pveform::live {

/// Everything but letters, digits, `-`, `.`, `_` and `~` as `%XX`.
[[nodiscard]] std::string percent_encode(std::string_view text);

/// The reverse; what is no `%XX` stays as it is.
[[nodiscard]] std::string percent_decode(std::string_view text);

/// `name=value&name=value`.
[[nodiscard]] Secret form_encode(const Parameters& parameters);

} // namespace pveform::live
