#include "formats/perl_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <iterator>

#include <fmt/format.h>

#include "base/text.hpp"

namespace pveform::formats {

namespace {

constexpr std::string_view ascii_blanks = " \t\n\r\f\v";
constexpr std::string_view replacement = "\xEF\xBF\xBD";

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80;
}

/// How many bytes a character takes that begins with this one; 1 for what begins none.
std::size_t sequence_length(char first) {
    const auto byte = static_cast<unsigned char>(first);
    if (byte >= 0xC0 && byte < 0xE0) {
        return 2;
    }
    if (byte >= 0xE0 && byte < 0xF0) {
        return 3;
    }
    return byte >= 0xF0 && byte < 0xF8 ? 4 : 1;
}

/// The code point of a complete sequence.
std::uint32_t code_point(std::string_view sequence) {
    const auto first = static_cast<unsigned char>(sequence.front());
    if (sequence.size() == 1) {
        return first;
    }
    std::uint32_t point = first & (0xFFU >> (sequence.size() + 1));
    for (const char c : sequence.substr(1)) {
        point = point << 6U | (static_cast<unsigned char>(c) & 0x3FU);
    }
    return point;
}

bool is_unicode_blank(std::uint32_t point) {
    return point == 0x85 || point == 0xA0 || point == 0x1680 ||
           (point >= 0x2000 && point <= 0x200A) || point == 0x2028 || point == 0x2029 ||
           point == 0x202F || point == 0x205F || point == 0x3000;
}

/// General category Nd, by the zeros: Unicode 14, that of Perl 5.36.
bool is_unicode_digit(std::uint32_t point) {
    constexpr std::array<std::uint32_t, 66> zeros = {
        0x30,    0x660,   0x6F0,   0x7C0,   0x966,   0x9E6,   0xA66,   0xAE6,   0xB66,   0xBE6,
        0xC66,   0xCE6,   0xD66,   0xDE6,   0xE50,   0xED0,   0xF20,   0x1040,  0x1090,  0x17E0,
        0x1810,  0x1946,  0x19D0,  0x1A80,  0x1A90,  0x1B50,  0x1BB0,  0x1C40,  0x1C50,  0xA620,
        0xA8D0,  0xA900,  0xA9D0,  0xA9F0,  0xAA50,  0xABF0,  0xFF10,  0x104A0, 0x10D30, 0x11066,
        0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0,
        0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x16A60, 0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2,
        0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E950, 0x1FBF0};
    const auto after = std::ranges::upper_bound(zeros, point);
    return after != zeros.begin() && point - *std::prev(after) < 10;
}

/// Calls `f` with every character of well-formed text.
template<class F>
void for_each_character(std::string_view text, F f) {
    while (!text.empty()) {
        const std::size_t size = std::min(sequence_length(text.front()), text.size());
        f(text.substr(0, size));
        text.remove_prefix(size);
    }
}

bool is_blank(std::string_view character, Blanks blanks) {
    if (character.size() == 1) {
        return ascii_blanks.contains(character.front());
    }
    return blanks == Blanks::unicode && is_unicode_blank(code_point(character));
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// Perl splits at NULs without looking at blanks, and drops empty parts at the end.
std::vector<std::string> split_at_nul(std::string_view text) {
    std::vector<std::string> parts;
    while (true) {
        const std::size_t end = text.find('\0');
        parts.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            break;
        }
        text.remove_prefix(end + 1);
    }
    while (!parts.empty() && parts.back().empty()) {
        parts.pop_back();
    }
    return parts;
}

} // namespace

bool is_true(std::string_view text) {
    return !text.empty() && text != "0";
}

std::vector<std::string> split_list(std::string_view text, Blanks blanks) {
    if (text.contains('\0')) {
        return split_at_nul(text);
    }
    std::vector<std::string> parts;
    std::string part;
    for_each_character(text, [&](std::string_view character) {
        if (character == "," || character == ";" || is_blank(character, blanks)) {
            if (!part.empty()) {
                parts.push_back(std::move(part));
                part.clear();
            }
        } else {
            part += character;
        }
    });
    if (!part.empty()) {
        parts.push_back(std::move(part));
    }
    return parts;
}

bool has_blank(std::string_view text, Blanks blanks) {
    bool found = false;
    for_each_character(text, [&](std::string_view character) {
        found = found || is_blank(character, blanks);
    });
    return found;
}

bool is_all_digits(std::string_view text) {
    bool all = !text.empty();
    for_each_character(text, [&](std::string_view character) {
        all = all && is_unicode_digit(code_point(character));
    });
    return all;
}

std::string_view trim_blanks(std::string_view text) {
    return trim(text, ascii_blanks);
}

std::string from_latin1(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size());
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            text += c;
        } else {
            text += static_cast<char>(0xC0U | byte >> 6U);
            text += static_cast<char>(0x80U | (byte & 0x3FU));
        }
    }
    return text;
}

std::string to_bytes(std::string_view text) {
    if (is_ascii(text)) {
        return std::string(text);
    }
    std::string bytes;
    bool fits = true;
    for_each_character(text, [&](std::string_view character) {
        const std::uint32_t point = code_point(character);
        fits = fits && point <= 0xFF;
        bytes += static_cast<char>(point);
    });
    return fits ? bytes : std::string(text);
}

std::string decode_utf8(std::string_view bytes) {
    if (is_ascii(bytes)) {
        return std::string(bytes);
    }
    constexpr std::array<std::uint32_t, 5> smallest = {0, 0, 0x80, 0x800, 0x10000};
    std::string text;
    while (!bytes.empty()) {
        const std::size_t wanted = sequence_length(bytes.front());
        std::size_t size = 1;
        while (size < wanted && size < bytes.size() && is_continuation(bytes[size])) {
            ++size;
        }
        const std::string_view sequence = bytes.substr(0, size);
        bytes.remove_prefix(size);
        const bool is_plain = static_cast<unsigned char>(sequence.front()) < 0x80;
        const bool is_whole = wanted > 1 && size == wanted &&
                              code_point(sequence) >= smallest[wanted] &&
                              code_point(sequence) <= 0x10FFFF;
        text += is_plain || is_whole ? sequence : replacement;
    }
    return text;
}

std::string unescape(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            const int high = hex_value(text[i + 1]);
            const int low = hex_value(text[i + 2]);
            if (high >= 0 && low >= 0) {
                bytes += static_cast<char>(high * 16 + low);
                i += 2;
                continue;
            }
        }
        bytes += text[i];
    }
    return bytes;
}

std::string encode_text(std::string_view text) {
    std::string encoded;
    encoded.reserve(text.size());
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte >= 0x7F || c == ':' || c == '%') {
            encoded += fmt::format("%{:02X}", byte);
        } else {
            encoded += c;
        }
    }
    return encoded;
}

std::string decode_text(std::string_view text) {
    if (!text.contains('%') && is_ascii(text)) {
        return std::string(text);
    }
    return decode_utf8(unescape(to_bytes(text)));
}

std::size_t length(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) {
        return !is_continuation(c);
    }));
}

std::string integer_text(std::string_view text) {
    const bool is_negative = text.starts_with('-');
    if (is_negative || text.starts_with('+')) {
        text.remove_prefix(1);
    }
    std::string_view digits = text.substr(0, text.find_first_not_of("0123456789"));
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
    if (digits.empty()) {
        return "0";
    }
    if (!parse_integer<std::uint64_t>(digits)) {
        const double magnitude = std::trunc(std::strtod(std::string(digits).c_str(), nullptr));
        return number_text(is_negative ? -magnitude : magnitude);
    }
    return (is_negative ? "-" : "") + std::string(digits);
}

std::string number_text(double number) {
    return fmt::format("{:.15g}", number);
}

} // namespace pveform::formats
