// What yaml-cpp does not see or does not say clearly, found in the source text itself.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace pveform::document {

/// The first line that is not UTF-8 or holds a control character other than tab and line end.
/// (yaml-cpp takes the byte 0x04 for the end of the file.)
[[nodiscard]] std::optional<Error> check_characters(const std::shared_ptr<const SourceFile>& source
);

/// Behind the closing quote of the scalar whose opening one stands at `begin`; nothing if there is
/// none, which yaml-cpp accepts where the last line of the text has an end.
[[nodiscard]] std::optional<std::size_t> end_of_quoted(std::string_view text, std::size_t begin);

/// Where an offset is, counted from 1.
struct LineAndColumn {
    std::size_t line = 1;
    std::size_t column = 1;
};

[[nodiscard]] LineAndColumn line_and_column(std::string_view text, std::size_t offset);

struct Explained {
    std::string message;
    std::string help;
    std::optional<std::size_t> offset = {}; // of the mistake, if reading went on behind it
};

/// yaml-cpp's message in the words of somebody who writes a document; `offset` is where it stopped.
[[nodiscard]] Explained
explain_syntax_error(const SourceFile& source, const std::string& message, std::size_t offset);

/// That a secret stands under the key; it is not repeated.
[[nodiscard]] Explained explain_written_secret(std::string_view key);

} // namespace pveform::document
