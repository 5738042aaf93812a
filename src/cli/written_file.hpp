// Files that were named for us to write: each is replaced as a whole, in one step.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/error.hpp"
#include "cli/context.hpp"

namespace pveform::cli {

/// What stands for standard output where a file is named.
constexpr std::string_view standard_output = "-";

/// Where the bytes go in the end: a link is followed, so that it stays one. An error where a folder
/// or a device is in the place: a file would take it. `help` says what else can be named.
[[nodiscard]] Result<std::filesystem::path>
place_of_written(const std::filesystem::path& path, std::string_view help, Context& context);

} // namespace pveform::cli
