// A line of a source text as a terminal can show it, and the columns of a place in it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pveform::render {

struct Excerpt {
    std::string text;
    std::size_t indent = 0; // columns before the place
    std::size_t width = 1;  // columns of the place, at least one
};

/// Tabs become blanks, everything that could steer a terminal or is no character becomes `�`. Of a
/// line with more than `max_width` columns the part around the place is shown. `begin` and
/// `length` count bytes; a place beyond the line's end is the column behind it.
[[nodiscard]] Excerpt
excerpt(std::string_view line, std::size_t begin, std::size_t length, std::size_t max_width);

} // namespace pveform::render
