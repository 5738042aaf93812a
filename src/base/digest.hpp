// Digests: whether two texts are the same, without keeping either.
#pragma once

#include <string>
#include <string_view>

namespace pveform {

/// SHA-256, in lower-case hexadecimal: 64 characters.
[[nodiscard]] std::string sha256(std::string_view bytes);

} // namespace pveform
