// Lines that are longer than a terminal is wide, broken between words.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "render/style.hpp"

namespace pveform::render {

/// On terminals; elsewhere, where lines are searched and compared, the text as it is. What a line
/// goes on with is set in by `hanging`, or a little more than the line where that is set in itself.
/// Lines with `help:` or `fix:` stay as they are, since what they say is there to be copied.
[[nodiscard]] std::string
folded(std::string_view text, const Style& style, std::size_t hanging = 2);

/// Columns that it needs, whatever colours it has.
[[nodiscard]] std::size_t visible_width(std::string_view text);

} // namespace pveform::render
