#include "render/diagnostics.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/written_secrets.hpp"
#include "render/excerpt.hpp"

namespace pveform::render {

namespace {

/// Writes one error; `gutter_` is the width of its largest line number.
class Block {
public:
    Block(const Error& error, const Style& style) : error_(error), style_(style) {
        gutter_ = digits_of(error.span);
        for (const Related& related : error.related) {
            gutter_ = std::max(gutter_, digits_of(related.span));
        }
    }

    std::string text() && {
        out_ = fmt::format(
            "{} {}\n",
            paint(style_, Paint::error, diagnostics_beginning),
            lines_of(error_.message, 0)
        );
        if (error_.span) {
            place("-->", error_.span, {}, '^', Paint::error);
        }
        for (const Related& related : error_.related) {
            if (related.span) {
                bare_gutter();
                place(":::", related.span, related.label, '-', Paint::help);
            }
        }
        for (const std::string& note : error_.notes) {
            remark("note", note);
        }
        if (!error_.help.empty()) {
            remark("help", error_.help);
        }
        return std::move(out_);
    }

private:
    static std::size_t digits_of(const Span& span) {
        return span && span.line > 0 ? fmt::formatted_size("{}", span.line) : 1;
    }

    /// Every line made harmless; those behind the first indented.
    static std::string lines_of(std::string_view text, std::size_t indent) {
        std::string lines;
        for (const std::string& line : split(text, "\n")) {
            if (!lines.empty()) {
                lines += "\n" + std::string(indent, ' ');
            }
            lines += printable(line);
        }
        return lines;
    }

    void bare_gutter() {
        out_ += fmt::format("{:{}} {}\n", "", gutter_, paint(style_, Paint::dim, "|"));
    }

    void place(
        std::string_view arrow, const Span& span, std::string_view label, char mark, Paint color
    ) {
        std::string where = printable(span.file->name());
        if (span.line > 0) {
            where += fmt::format(":{}:{}", span.line, span.column);
        }
        const bool is_withheld = may_hold_secret(*span.file, span.line);
        if (is_withheld) {
            where += label.empty() ? "" : " " + printable(label);
            where += " (a secret may stand in the line, so it is not shown)";
        }
        out_ += fmt::format("{:{}}{} {}\n", "", gutter_, paint(style_, Paint::dim, arrow), where);
        if (span.line > 0 && !is_withheld) {
            line_of(span, label, mark, color);
        }
    }

    /// The line itself, and what is meant in it.
    void line_of(const Span& span, std::string_view label, char mark, Paint color) {
        const std::size_t room = std::max<std::size_t>(style_.width, gutter_ + 23) - gutter_ - 3;
        const Excerpt shown = excerpt(
            span.file->line(span.line), std::max<std::size_t>(span.column, 1) - 1, span.length, room
        );
        std::string marks(shown.width, mark);
        if (!label.empty()) {
            marks += " " + printable(label);
        }
        const std::string bar = paint(style_, Paint::dim, "|");
        bare_gutter();
        out_ += fmt::format(
            "{} {} {}\n",
            paint(style_, Paint::dim, fmt::format("{:>{}}", span.line, gutter_)),
            bar,
            shown.text
        );
        out_ += fmt::format(
            "{:{}} {} {:{}}{}\n", "", gutter_, bar, "", shown.indent, paint(style_, color, marks)
        );
    }

    void remark(std::string_view kind, std::string_view text) {
        const std::size_t indent = gutter_ + kind.size() + 5;
        out_ += fmt::format(
            "{:{}} {} {} {}\n",
            "",
            gutter_,
            paint(style_, Paint::dim, "="),
            paint(style_, Paint::help, fmt::format("{}:", kind)),
            lines_of(text, indent)
        );
    }

    const Error& error_;
    const Style& style_;
    std::size_t gutter_ = 1;
    std::string out_;
};

} // namespace

std::string diagnostics(const Errors& errors, const Style& style) {
    std::string out;
    for (const Error& error : errors) {
        if (!out.empty()) {
            out += "\n";
        }
        out += Block(error, style).text();
    }
    return out;
}

} // namespace pveform::render
