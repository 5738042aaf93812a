// Documents where there were none: what export and init leave behind. Nothing that is there is ever
// overwritten.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "export/files.hpp"
#include "system/file_system.hpp"

namespace pveform::cli {

/// Whether a folder is meant: the path ends with a slash, or a folder is there.
[[nodiscard]] Result<bool> is_folder(FileSystem& files, const std::filesystem::path& path);

/// Refused where something is there: a file of that name; in a folder, any document.
[[nodiscard]] Result<void> check_is_free(FileSystem& files, const std::filesystem::path& path);

/// Writes one file, or a file for each kind where `path` means a folder (which is created), if
/// nothing is there. The paths that were written.
[[nodiscard]] Result<std::vector<std::filesystem::path>> write_documents(
    FileSystem& files,
    const std::filesystem::path& path,
    const exporting::Frame& frame,
    const std::vector<exporting::Section>& sections
);

/// One document; refused where it would be longer than documents may be.
[[nodiscard]] Result<std::string>
one_document(const exporting::Frame& frame, const std::vector<exporting::Section>& sections);

/// What documents that were written of a cluster do not tell `pveform drift`.
inline constexpr const char* note_on_drift =
    "Note: `pveform drift` compares what a document declares, and no key that is left out; "
    "`pveform snapshot --out FILE` now and `pveform drift --against FILE` later see every change\n";

} // namespace pveform::cli
