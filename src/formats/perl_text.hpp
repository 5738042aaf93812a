// Text as PVE's Perl code treats it. Where PVE damages a value, it does so here: what is written to
// user.cfg and read back is not always what was sent, and both pveform and the simulator must know.
//
// Perl strings are sequences of characters. Here they are UTF-8, whatever bytes a file holds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pveform::formats {

/// Perl's idea of truth: neither empty nor `0`.
[[nodiscard]] bool is_true(std::string_view text);

/// What counts as a blank depends on where Perl got a string from.
enum class Blanks {
    ascii,   // bytes of a file or of a path
    unicode, // decoded parameters
};

/// Splits at NULs where there is one, else at any run of `,`, `;` and blanks
/// (pve-common: src/PVE/ParseUtils.pm, split_list).
[[nodiscard]] std::vector<std::string> split_list(std::string_view text, Blanks blanks);

[[nodiscard]] bool has_blank(std::string_view text, Blanks blanks);

/// Perl's `\d+` on decoded text: the decimal digits of every script.
[[nodiscard]] bool is_all_digits(std::string_view text);

/// Without ASCII blanks at both ends: space, tab, newline, return, form feed, vertical tab.
[[nodiscard]] std::string_view trim_blanks(std::string_view text);

/// Bytes taken as Latin-1 characters, which is what Perl does with a file or a path.
[[nodiscard]] std::string from_latin1(std::string_view bytes);

/// The bytes that Perl prints: Latin-1 if all characters fit, else all of it as UTF-8.
[[nodiscard]] std::string to_bytes(std::string_view text);

/// UTF-8 as Perl's lax decoder takes it: broken sequences become U+FFFD, surrogates pass.
[[nodiscard]] std::string decode_utf8(std::string_view bytes);

/// `%41` → `A`; a `%` without two hexadecimal digits stays.
[[nodiscard]] std::string unescape(std::string_view text);

/// Comments and names in user.cfg: control characters, `:`, `%` and everything beyond ASCII
/// percent-encoded (ParseUtils.pm, encode_text); and back.
[[nodiscard]] std::string encode_text(std::string_view text);
[[nodiscard]] std::string decode_text(std::string_view text);

/// How many characters.
[[nodiscard]] std::size_t length(std::string_view text);

/// The text that Perl's `int` makes of a string that starts with an integer: `0600` → `600`,
/// 2^64 → `1.84467440737096e+19`. Digits beyond ASCII end the number, as they do for Perl.
[[nodiscard]] std::string integer_text(std::string_view text);

/// A number as Perl prints it.
[[nodiscard]] std::string number_text(double number);

} // namespace pveform::formats
