#include "render/style.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace pveform::render {

namespace {

constexpr std::size_t width_without_terminal = 120;
constexpr std::size_t min_width = 40;

std::string_view code_of(Paint paint) {
    switch (paint) {
    case Paint::plain:
        return "";
    case Paint::error:
        return "1;31";
    case Paint::warning:
        return "33";
    case Paint::help:
        return "36";
    case Paint::create:
        return "32";
    case Paint::update:
        return "33";
    case Paint::destroy:
        return "31";
    case Paint::dim:
        return "2";
    }
    return "";
}

} // namespace

std::string paint(const Style& style, Paint paint, std::string_view text) {
    if (!style.color || paint == Paint::plain) {
        return std::string(text);
    }
    return fmt::format("\x1b[{}m{}\x1b[0m", code_of(paint), text);
}

Style style_for(
    std::optional<std::size_t> terminal_width,
    const std::function<std::optional<std::string>(const std::string&)>& environment
) {
    const bool plain = environment("NO_COLOR").value_or("") != "" || environment("TERM") == "dumb";
    return Style{
        .color = terminal_width && !plain,
        .width = std::max(terminal_width.value_or(width_without_terminal), min_width),
    };
}

} // namespace pveform::render
