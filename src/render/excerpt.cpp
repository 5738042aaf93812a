#include "render/excerpt.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "base/characters.hpp"

namespace pveform::render {

namespace {

constexpr std::size_t tab_width = 4;
constexpr std::string_view replacement = "\xEF\xBF\xBD"; // U+FFFD
constexpr std::string_view ellipsis = "…";

struct Range {
    char32_t first;
    char32_t last;
};

/// Marks that stand above or below the character before them.
constexpr std::array<Range, 6> combining = {{
    {0x0300, 0x036F},
    {0x1AB0, 0x1AFF},
    {0x1DC0, 0x1DFF},
    {0x20D0, 0x20FF},
    {0xFE00, 0xFE0F},
    {0xFE20, 0xFE2F},
}};

/// Scripts and symbols that take two columns.
constexpr std::array<Range, 11> wide = {{
    {0x1100, 0x115F},
    {0x2E80, 0x303E},
    {0x3041, 0xA4CF},
    {0xA960, 0xA97F},
    {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},
    {0xFE30, 0xFE6F},
    {0xFF00, 0xFF60},
    {0xFFE0, 0xFFE6},
    {0x1F300, 0x1FAFF},
    {0x20000, 0x3FFFD},
}};

bool contains(std::span<const Range> ranges, char32_t character) {
    return std::ranges::any_of(ranges, [character](const Range& range) {
        return character >= range.first && character <= range.last;
    });
}

/// One character on the screen.
struct Cell {
    std::string_view text;
    std::size_t byte = 0;   // where it begins in the line
    std::size_t column = 0; // where it begins on the screen
};

/// Moves a cursor, turns the direction of writing, or cannot be seen at all.
bool is_harmful(char32_t character) {
    return is_control(character) || is_unseen(character);
}

std::size_t width_of(char32_t character) {
    if (contains(combining, character)) {
        return 0;
    }
    return contains(wide, character) ? 2 : 1;
}

/// The line's characters, and one empty cell that marks its end.
std::vector<Cell> cells_of(std::string_view line) {
    static constexpr std::string_view blanks = "    ";
    std::vector<Cell> cells;
    std::size_t byte = 0;
    std::size_t column = 0;
    while (byte < line.size()) {
        const auto character = first_character(line.substr(byte));
        const std::size_t length = character ? character->length : 1;
        Cell cell{replacement, byte, column};
        std::size_t width = 1;
        if (line[byte] == '\t') {
            width = tab_width - column % tab_width;
            cell.text = blanks.substr(0, width);
        } else if (character && !is_harmful(character->code)) {
            width = width_of(character->code);
            cell.text = line.substr(byte, length);
        }
        cells.push_back(cell);
        column += width;
        byte += length;
    }
    cells.push_back(Cell{{}, line.size(), column});
    return cells;
}

/// What of a line is shown: cells `first` to `last`, the latter not included.
struct Window {
    std::size_t first = 0;
    std::size_t last = 0;
};

/// A third of the room for what stands before the cell `focus`, the rest for what follows.
Window window_around(const std::vector<Cell>& cells, std::size_t focus, std::size_t max_width) {
    const std::size_t end = cells.size() - 1;
    if (cells[end].column <= max_width) {
        return Window{0, end};
    }
    Window window{0, 0};
    while (cells[focus].column - cells[window.first].column > max_width / 3) {
        ++window.first;
    }
    window.last = window.first;
    const std::size_t room = max_width - 2; // less an ellipsis on either side
    while (window.last < end && cells[window.last + 1].column - cells[window.first].column <= room
    ) {
        ++window.last;
    }
    return window;
}

} // namespace

Excerpt
excerpt(std::string_view line, std::size_t begin, std::size_t length, std::size_t max_width) {
    const std::vector<Cell> cells = cells_of(line);
    const auto cell_at = [&cells](std::size_t byte) {
        const auto found = std::ranges::lower_bound(cells, byte, {}, &Cell::byte);
        return std::min(static_cast<std::size_t>(found - cells.begin()), cells.size() - 1);
    };
    const std::size_t from = cell_at(begin);
    const Window window = window_around(cells, from, max_width);
    const std::size_t to = std::clamp(cell_at(begin + length), from, window.last);

    Excerpt result;
    result.text = window.first > 0 ? ellipsis : "";
    for (std::size_t i = window.first; i < window.last; ++i) {
        result.text += cells[i].text;
    }
    if (window.last + 1 < cells.size()) {
        result.text += ellipsis;
    }
    result.indent = cells[from].column - cells[window.first].column + (window.first > 0 ? 1 : 0);
    result.width = std::max<std::size_t>(1, cells[to].column - cells[from].column);
    return result;
}

} // namespace pveform::render
