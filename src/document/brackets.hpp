// Which `[` or `{` a mistake is about: yaml-cpp only says where it stopped.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace pveform::document {

struct OpenBracket {
    char opening = '[';
    std::size_t offset = 0;
    bool is_closed = false; // further on

    [[nodiscard]] char closing() const { return opening == '[' ? ']' : '}'; }
};

/// The innermost bracket around the place `offset`. A guess where the text is no YAML before it.
[[nodiscard]] std::optional<OpenBracket> bracket_around(std::string_view text, std::size_t offset);

} // namespace pveform::document
