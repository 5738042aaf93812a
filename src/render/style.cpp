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

using Environment = std::function<std::optional<std::string>(const std::string&)>;

/// NO_COLOR beats CLICOLOR_FORCE, which beats what is known about the terminal.
bool wants_color(bool is_terminal, const Environment& environment) {
    if (!environment("NO_COLOR").value_or("").empty()) {
        return false;
    }
    if (const auto force = environment("CLICOLOR_FORCE").value_or("");
        !force.empty() && force != "0") {
        return true;
    }
    return is_terminal && environment("CLICOLOR") != "0" && environment("TERM") != "dumb";
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
    const bool is_terminal = terminal_width.has_value();
    return Style{
        .color = wants_color(is_terminal, environment),
        .in_place = is_terminal && environment("TERM").value_or("dumb") != "dumb",
        .width = std::max(terminal_width.value_or(width_without_terminal), min_width),
    };
}

} // namespace pveform::render
