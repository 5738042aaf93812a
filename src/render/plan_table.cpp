#include "render/plan_table.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace pveform::render {

namespace {

using plan::Action;

constexpr std::size_t max_name_width = 32;
constexpr std::size_t min_detail_width = 24;
constexpr std::size_t max_source_width = 32;

Paint paint_of(Action action) {
    switch (action) {
    case Action::create:
        return Paint::create;
    case Action::update:
    case Action::rotate:
        return Paint::update;
    case Action::destroy:
    case Action::disable:
    case Action::cascade:
        return Paint::destroy;
    }
    return Paint::plain;
}

char sign_of(Action action) {
    switch (action) {
    case Action::create:
        return '+';
    case Action::update:
    case Action::disable:
        return '~';
    case Action::rotate:
        return '*';
    case Action::destroy:
    case Action::cascade:
        return '-';
    }
    return ' ';
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
    if (display_width(text) <= width) {
        return {std::string(text)};
    }
    std::vector<std::string> lines;
    std::string line;
    for (const std::string& word : split(text, " ")) {
        if (!line.empty() && display_width(line) + 1 + display_width(word) > width) {
            lines.push_back(std::move(line));
            line.clear();
        }
        line += (line.empty() ? "" : " ") + word;
    }
    lines.push_back(std::move(line));
    return lines;
}

/// Lays rows out in columns that fit the width.
class Table {
public:
    Table(std::vector<Row> rows, std::size_t indent, const Style& style)
        : rows_(std::move(rows)), indent_(indent, ' '), style_(style) {
        for (const Row& row : rows_) {
            kind_width_ = std::max(kind_width_, display_width(row.kind));
            name_width_ = std::max(name_width_, std::min(display_width(row.name), max_name_width));
            source_width_ =
                std::max(source_width_, std::min(display_width(row.source), max_source_width));
        }
        const std::size_t taken =
            indent + 2 + kind_width_ + 1 + name_width_ + 2 + 2 + source_width_;
        const std::size_t room = style.width > taken ? style.width - taken : 0;
        std::size_t longest = 0;
        for (const Row& row : rows_) {
            longest = std::max(longest, display_width(row.detail));
        }
        detail_width_ = std::min(longest, std::max(room, min_detail_width));
    }

    [[nodiscard]] std::string text() const {
        std::string out;
        for (const Row& row : rows_) {
            append(row, out);
        }
        return out;
    }

private:
    void append(const Row& row, std::string& out) const {
        const std::vector<std::string> lines = wrapped(row.detail, detail_width_);
        const std::vector<std::string> names = wrapped(row.name, name_width_);
        const auto name = [&](std::size_t line) {
            const std::string text = line < names.size() ? names[line] : std::string();
            return paint(style_, paint_of(row.action), padded(text, name_width_));
        };
        const std::string sign(1, sign_of(row.action));
        out += indent_ + paint(style_, paint_of(row.action), sign) + " " +
               padded(row.kind, kind_width_) + " " + name(0) + "  ";
        if (row.source.empty()) {
            out += lines.front() + "\n";
        } else {
            out += padded(lines.front(), detail_width_) + "  " +
                   paint(style_, Paint::dim, row.source) + "\n";
        }
        const std::string kind_margin = indent_ + std::string(2 + kind_width_ + 1, ' ');
        for (std::size_t i = 1; i < std::max(lines.size(), names.size()); ++i) {
            const std::string detail = i < lines.size() ? "  " + lines[i] : std::string();
            const std::string shown = i < names.size() && detail.empty() ? names[i] : name(i);
            out += kind_margin + shown + detail + "\n";
        }
        append_below(row, kind_margin + std::string(name_width_ + 2, ' '), out);
    }

    /// What a line goes on with is set in a little.
    void append_below(const Row& row, const std::string& margin, std::string& out) const {
        constexpr std::size_t hanging = 2;
        const std::size_t taken = std::min(style_.width, margin.size());
        const std::size_t room = std::max(style_.width - taken, min_detail_width);
        for (const std::string& text : row.below) {
            const bool fits = display_width(text) <= room;
            std::string indent = margin;
            for (const std::string& line : wrapped(text, fits ? room : room - hanging)) {
                out += indent + line + "\n";
                indent = margin + std::string(hanging, ' ');
            }
        }
    }

    std::vector<Row> rows_;
    std::string indent_;
    Style style_;
    std::size_t kind_width_ = 0;
    std::size_t name_width_ = 0;
    std::size_t detail_width_ = 0;
    std::size_t source_width_ = 0;
};

} // namespace

std::string padded(std::string_view text, std::size_t width) {
    const std::size_t shown = display_width(text);
    return std::string(text) + std::string(width > shown ? width - shown : 0, ' ');
}

std::string table(const std::vector<Row>& rows, std::size_t indent, const Style& style) {
    return Table(rows, indent, style).text();
}

} // namespace pveform::render
