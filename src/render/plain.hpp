// Text from elsewhere on its way into a file that others must be able to read.
#pragma once

#include <string>
#include <string_view>

namespace pveform::render {

/// One line of UTF-8 without control characters: what is no character of XML or no UTF-8 becomes
/// U+FFFD; newlines, tabs and what cannot be seen are written out (`\u202e`).
[[nodiscard]] std::string plain(std::string_view text);

/// The same, with what is beyond `most` bytes left out and said to be.
[[nodiscard]] std::string plain(std::string_view text, std::size_t most);

} // namespace pveform::render
