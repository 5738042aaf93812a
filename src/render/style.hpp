// How text looks where it is read: colours and width.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace pveform::render {

struct Style {
    bool color = false;
    bool in_place = false; // a terminal on which a line can be written anew
    std::size_t width = 100;
};

enum class Paint { plain, error, warning, help, create, update, destroy, dim };

/// `text`, in colour if the style has colours.
[[nodiscard]] std::string paint(const Style& style, Paint paint, std::string_view text);

/// For a terminal of that width, or for anything else (nothing). Colours on terminals only, and
/// not with NO_COLOR, CLICOLOR=0 or TERM=dumb; everywhere with CLICOLOR_FORCE.
[[nodiscard]] Style style_for(
    std::optional<std::size_t> terminal_width,
    const std::function<std::optional<std::string>(const std::string&)>& environment
);

} // namespace pveform::render
