// Characters of UTF-8, and those that show something else than they are.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace pveform {

struct Character {
    char32_t code = 0;
    std::size_t length = 0; // in bytes
};

/// The one that `text` begins with; nothing where that is not well-formed (overlong forms,
/// surrogates), and for an empty text.
[[nodiscard]] std::optional<Character> first_character(std::string_view text);

/// C0, DEL and C1: they steer a terminal.
[[nodiscard]] bool is_control(char32_t code);

/// What cannot be seen, or makes what can be seen lie: it turns the direction of writing, joins or
/// divides words, begins a line, or is a blank of no width.
[[nodiscard]] bool is_unseen(char32_t code);

} // namespace pveform
