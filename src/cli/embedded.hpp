// Files of the source tree that the program carries along: JSON Schemas and completion scripts.
// The table is written at build time (src/embed.cmake), so that there is one copy of each.
#pragma once

#include <span>
#include <string_view>

namespace pveform::cli {

struct EmbeddedFile {
    std::string_view name; // without its folder
    std::string_view text;
};

[[nodiscard]] std::span<const EmbeddedFile> embedded_files();

} // namespace pveform::cli
