// Text from elsewhere on its way into a file that others must be able to read.
#pragma once

#include <string>
#include <string_view>

namespace pveform::render {

/// One line of UTF-8, of characters that XML takes: what is no UTF-8 becomes U+FFFD; control
/// characters and what cannot be seen are written out (`\x1b`, `\u202e`).
[[nodiscard]] std::string plain(std::string_view text);

/// The same, with what is beyond `most` bytes left out and said to be.
[[nodiscard]] std::string plain(std::string_view text, std::size_t most);

} // namespace pveform::render
