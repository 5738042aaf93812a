#include "render/fold.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace pveform::render {

namespace {

bool is_to_be_copied(std::string_view line) {
    return line.find("help:") != std::string_view::npos ||
           line.find("fix:") != std::string_view::npos;
}

void fold_line(std::string_view line, std::size_t width, std::size_t hanging, std::string& out) {
    const std::size_t own = std::min(line.find_first_not_of(' '), line.size());
    const std::size_t indent = own == 0 ? hanging : own + std::min<std::size_t>(hanging, 2);
    std::size_t column = 0;
    std::size_t begin = 0; // of a word, with the blanks before it
    while (begin < line.size()) {
        const std::size_t word = std::min(line.find_first_not_of(' ', begin), line.size());
        const std::size_t end = std::min(line.find(' ', word), line.size());
        const std::string_view whole = line.substr(begin, end - begin);
        if (begin > 0 && column + visible_width(whole) > width) {
            out += '\n' + std::string(indent, ' ');
            out += line.substr(word, end - word);
            column = indent + visible_width(line.substr(word, end - word));
        } else {
            out += whole;
            column += visible_width(whole);
        }
        begin = end;
    }
}

} // namespace

std::size_t visible_width(std::string_view text) {
    std::size_t width = display_width(text);
    for (std::size_t at = text.find('\x1b'); at != std::string_view::npos;
         at = text.find('\x1b', at + 1)) {
        const std::size_t end = std::min(text.find('m', at), text.size() - 1);
        width -= end - at + 1;
    }
    return width;
}

std::string folded(std::string_view text, const Style& style, std::size_t hanging) {
    if (!style.in_place) {
        return std::string(text);
    }
    std::string out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        const bool fits = visible_width(line) <= style.width;
        if (fits || is_to_be_copied(line)) {
            out += line;
        } else {
            fold_line(line, style.width, hanging, out);
        }
        if (end < text.size()) {
            out += '\n';
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

} // namespace pveform::render
