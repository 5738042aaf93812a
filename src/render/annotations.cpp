#include "render/annotations.hpp"

#include <map>

#include <fmt/format.h>

#include "render/plain.hpp"

namespace pveform::render {

namespace {

constexpr std::size_t most_of_a_level = 10; // GitHub shows no more of one step

/// Of a message; the runner takes these for the end of the line, and turns them back.
std::string in_command(std::string_view text) {
    std::string out;
    for (const char character : plain(text)) {
        out += character == '%' ? "%25" : std::string(1, character);
    }
    return out;
}

/// Of a property, which also ends with a colon or a comma.
std::string escaped_property(std::string_view text) {
    std::string out;
    for (const char character : in_command(text)) {
        if (character == ':') {
            out += "%3A";
        } else if (character == ',') {
            out += "%2C";
        } else {
            out += character;
        }
    }
    return out;
}

std::string_view command_of(Level level) {
    switch (level) {
    case Level::none:
    case Level::note:
        return "notice";
    case Level::warning:
        return "warning";
    case Level::error:
        return "error";
    }
    return "notice";
}

std::string place_of(const Span& span, const SourceNames& names) {
    if (!span) {
        return {};
    }
    return fmt::format(
        "file={},line={},col={},", escaped_property(names.name_of(span)), span.line, span.column
    );
}

} // namespace

std::string annotations(const Observations& observations, const SourceNames& names) {
    std::map<Level, std::size_t> counts;
    std::string out;
    for (const Observation& one : worth_a_look(observations)) {
        if (++counts[one.level] > most_of_a_level) {
            continue;
        }
        out += fmt::format(
            "::{} {}title={}::{}{}\n",
            command_of(one.level),
            place_of(one.span, names),
            escaped_property("pveform: " + one.rule),
            in_command(one.message),
            one.help.empty() ? "" : "%0A" + in_command("help: " + one.help)
        );
    }
    return out;
}

} // namespace pveform::render
