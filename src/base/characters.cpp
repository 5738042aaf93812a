#include "base/characters.hpp"

#include <algorithm>
#include <array>

namespace pveform {

namespace {

/// Length of the UTF-8 sequence that `lead` begins; 0 if it begins none.
std::size_t sequence_length(unsigned char lead) {
    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xC2 && lead <= 0xDF) {
        return 2;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
        return 3;
    }
    return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

/// Whether `second` may follow `lead`: no overlong forms, no surrogates, nothing above U+10FFFF.
bool may_follow(unsigned char lead, unsigned char second) {
    switch (lead) {
    case 0xE0:
        return second >= 0xA0 && second <= 0xBF;
    case 0xED:
        return second >= 0x80 && second <= 0x9F;
    case 0xF0:
        return second >= 0x90 && second <= 0xBF;
    case 0xF4:
        return second >= 0x80 && second <= 0x8F;
    default:
        return (second & 0xC0U) == 0x80;
    }
}

struct Range {
    char32_t first;
    char32_t last;
};

constexpr std::array unseen = {
    Range{0xAD, 0xAD},       // soft hyphen
    Range{0x034F, 0x034F},   // combining grapheme joiner
    Range{0x061C, 0x061C},   // Arabic letter mark
    Range{0x115F, 0x1160},   // Hangul fillers
    Range{0x17B4, 0x17B5},   // Khmer vowels that are not shown
    Range{0x180B, 0x180F},   // of Mongolian
    Range{0x200B, 0x200F},   // of no width; marks of direction
    Range{0x2028, 0x202E},   // separators of lines and paragraphs; embeddings and overrides
    Range{0x2060, 0x206F},   // of no width; isolates
    Range{0x3164, 0x3164},   // Hangul filler
    Range{0xFEFF, 0xFEFF},   // byte order mark
    Range{0xFFA0, 0xFFA0},   // Hangul filler
    Range{0xFFF9, 0xFFFB},   // annotations
    Range{0xFFFE, 0xFFFF},   // no characters, which neither YAML nor XML takes
    Range{0x1BCA0, 0x1BCA3}, // of shorthand
    Range{0x1D173, 0x1D17A}, // of music
    Range{0xE0000, 0xE0FFF}, // tags
};

} // namespace

std::optional<Character> first_character(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.empty() ? '\xFF' : text.front());
    const std::size_t length = sequence_length(lead);
    if (length == 0 || length > text.size()) {
        return std::nullopt;
    }
    if (length == 1) {
        return Character{lead, 1};
    }
    char32_t code = lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (i == 1 ? !may_follow(lead, byte) : (byte & 0xC0U) != 0x80) {
            return std::nullopt;
        }
        code = (code << 6U) | (byte & 0x3FU);
    }
    return Character{code, length};
}

bool is_control(char32_t code) {
    return code < 0x20 || (code >= 0x7F && code <= 0x9F);
}

bool is_unseen(char32_t code) {
    return std::ranges::any_of(unseen, [code](const Range& range) {
        return code >= range.first && code <= range.last;
    });
}

} // namespace pveform
