#include "cli/github.hpp"

#include <fmt/ostream.h>

#include "render/annotations.hpp"
#include "render/style.hpp"

namespace pveform::cli {

namespace {

Result<void> append_summary(const render::Report& report, Context& context) {
    const auto path = context.environment("GITHUB_STEP_SUMMARY");
    if (!path || path->empty()) {
        return {};
    }
    return context.files.append_to_file(*path, report.markdown() + "\n");
}

} // namespace

bool is_on_github(Context& context) {
    return context.environment("GITHUB_ACTIONS") == "true";
}

Errors
tell_github(const render::Report& report, const render::SourceNames& names, Context& context) {
    if (!report.has_news()) {
        return {};
    }
    const std::string lines = render::annotations(report.observations(), names);
    // On a line of its own each, or they would be text like any other.
    context.out.flush(); // what they are about comes first
    context.runner << (lines.empty() ? "" : "\n") << lines << std::flush;
    auto written = append_summary(report, context);
    return written ? Errors() : Errors{std::move(written).error()};
}

InertText::int_type InertText::overflow(int_type character) {
    if (traits_type::eq_int_type(character, traits_type::eof())) {
        return traits_type::not_eof(character);
    }
    const char one = traits_type::to_char_type(character);
    return xsputn(&one, 1) == 1 ? character : traits_type::eof();
}

std::streamsize InertText::xsputn(const char* text, std::streamsize count) {
    std::string out;
    for (std::streamsize i = 0; i < count; ++i) {
        append(text[i], out);
    }
    const auto size = static_cast<std::streamsize>(out.size());
    return target_.sputn(out.data(), size) == size ? count : 0;
}

void InertText::append(char character, std::string& out) {
    const auto byte = static_cast<unsigned char>(character);
    if ((character == ':' && is_line_start_) || (character == '[' && hashes_ >= 2)) {
        out += '\\';
    }
    out += character;
    hashes_ = character == '#' ? hashes_ + 1 : 0;
    if (character == '\n' || character == '\r') {
        is_line_start_ = true;
    } else if (byte > ' ' && byte < 0x80) { // the runner trims all blanks that Unicode has
        is_line_start_ = false;
    }
}

} // namespace pveform::cli
