#include "base/text.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "base/characters.hpp"

namespace pveform {

namespace {

/// Edits (insert, delete, replace, swap of neighbours) that lead from `a` to `b`.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) {
        last[j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replace = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({replace, last[j] + 1, row[j - 1] + 1});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = std::min(row[j], before_last[j - 2] + 1);
            }
        }
        std::swap(before_last, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

/// `\x1b`, `\u202e`, written out.
std::string number_of(char32_t code) {
    if (code < 0x80) {
        return fmt::format("\\x{:02x}", static_cast<std::uint32_t>(code));
    }
    return code <= 0xFFFF ? fmt::format("\\u{:04x}", static_cast<std::uint32_t>(code))
                          : fmt::format("\\U{:08x}", static_cast<std::uint32_t>(code));
}

} // namespace

std::optional<std::string>
closest_match(std::string_view word, const std::vector<std::string>& candidates) {
    const std::string wanted = to_lower(word);
    const std::size_t limit = std::max<std::size_t>(1, word.size() / 3);
    std::optional<std::string> best;
    std::size_t best_distance = limit + 1;
    for (const std::string& candidate : candidates) {
        const std::size_t distance = edit_distance(wanted, to_lower(candidate));
        if (distance < best_distance) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best;
}

std::string plural(std::size_t count, std::string_view singular) {
    if (count == 1) {
        return fmt::format("1 {}", singular);
    }
    const bool ies =
        singular.size() > 1 && singular.ends_with('y') &&
        std::string_view("aeiou").find(singular[singular.size() - 2]) == std::string_view::npos;
    return ies ? fmt::format("{} {}ies", count, singular.substr(0, singular.size() - 1))
               : fmt::format("{} {}s", count, singular);
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
    return fmt::format("{}", fmt::join(parts, separator));
}

std::vector<std::string> split(std::string_view text, std::string_view separators) {
    std::vector<std::string> parts;
    std::size_t begin = 0;
    while (begin < text.size()) {
        const std::size_t end = std::min(text.find_first_of(separators, begin), text.size());
        if (end > begin) {
            parts.emplace_back(text.substr(begin, end - begin));
        }
        begin = end + 1;
    }
    return parts;
}

std::string_view trim(std::string_view text, std::string_view characters) {
    const std::size_t begin = text.find_first_not_of(characters);
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(characters) - begin + 1);
}

std::string to_lower(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower;
}

std::string printable(std::string_view text) {
    std::string shown;
    shown.reserve(text.size());
    while (!text.empty()) {
        const auto character = first_character(text);
        const std::size_t length = character ? character->length : 1;
        if (text.front() == '\n') {
            shown += "\\n";
        } else if (text.front() == '\t') {
            shown += "\\t";
        } else if (text.front() == '\r') {
            shown += "\\r";
        } else if (character && (is_control(character->code) || is_unseen(character->code))) {
            shown += number_of(character->code);
        } else {
            shown += text.substr(0, length);
        }
        text.remove_prefix(length);
    }
    return shown;
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const auto character = first_character(text);
        if (!character) {
            return false;
        }
        text.remove_prefix(character->length);
    }
    return true;
}

std::size_t display_width(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80;
    }));
}

} // namespace pveform
