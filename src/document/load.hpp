// From paths on the command line to trees.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "base/error.hpp"
#include "document/tree.hpp"
#include "system/file_system.hpp"

namespace pveform::document {

/// No document may be longer.
inline constexpr std::size_t max_file_bytes = 1U << 20U;

struct Loaded {
    std::vector<Tree> trees; // mistakes that did not end the reading are in them
    Errors errors;           // of paths and files that gave no tree
};

/// Each path is a file, or a folder: all `*.yaml` and `*.yml` below it in sorted order, without
/// what begins with a dot, and without folders behind symbolic links. A file that is reached twice
/// is read once. At most 1 MiB a file.
[[nodiscard]] Loaded load(FileSystem& files, const std::vector<std::filesystem::path>& paths);

} // namespace pveform::document
