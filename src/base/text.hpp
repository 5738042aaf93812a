// Small helpers for text that people read.
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pveform {

inline constexpr std::string_view decimal_digits = "0123456789";

/// The candidate that was most likely meant (Damerau-Levenshtein, case-insensitive), if one is
/// near enough to be worth suggesting.
[[nodiscard]] std::optional<std::string>
closest_match(std::string_view word, const std::vector<std::string>& candidates);

/// `1 user`, `2 users`, `2 entries`.
[[nodiscard]] std::string plural(std::size_t count, std::string_view singular);

[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view separator);

/// The non-empty parts of `text` between any of the characters in `separators`.
[[nodiscard]] std::vector<std::string> split(std::string_view text, std::string_view separators);

[[nodiscard]] std::string_view trim(std::string_view text, std::string_view characters = " \t\r\n");

[[nodiscard]] std::string to_lower(std::string_view text);

/// `text` with what would steer a terminal (C0, DEL, C1) or cannot be seen written out, `\n`,
/// `\x1b`,
/// `\u202e`: it stays visible, so that a text with it does not look like one without.
[[nodiscard]] std::string printable(std::string_view text);

/// Whether the bytes are well-formed UTF-8 without surrogates.
[[nodiscard]] bool is_utf8(std::string_view text);

/// How many columns a terminal needs for it: code points, which is exact for all but wide scripts.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// An integer of the whole text, in base ten; nothing for anything else.
template<std::integral T>
[[nodiscard]] std::optional<T> parse_integer(std::string_view text);

} // namespace pveform

// Implementation of the template above.

#include <charconv>

namespace pveform {

template<std::integral T>
std::optional<T> parse_integer(std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || text.empty()) {
        return std::nullopt;
    }
    return value;
}

} // namespace pveform
