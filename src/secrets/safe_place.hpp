// What must hold of a place before secrets are put there. Everything is asked before the first
// write to the cluster; each refusal says what to do.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "system/file_system.hpp"
#include "system/process.hpp"

namespace pveform::secrets {

/// The folder without links on the way. It is there, is ours, and nobody else can write in it. Not
/// everybody can put another one in its place: they cannot write in the folders above it, or those
/// are sticky (`/tmp`). And unless we are root, those are ours or root's.
[[nodiscard]] Result<std::filesystem::path>
require_private_folder(FileSystem& files, const std::filesystem::path& folder);

/// The same of a folder of our own, which is created with mode 0700 where it is missing.
[[nodiscard]] Result<std::filesystem::path>
make_private_folder(FileSystem& files, const std::filesystem::path& folder);

/// Where the file is there: it is a regular file of ours with one name, and nobody else can read
/// or write it. Gives its size, 0 where it is not there.
[[nodiscard]] Result<std::size_t>
require_private_file(FileSystem& files, const std::filesystem::path& path);

/// None of the files of `folder` (a path without links) would be committed by a careless `git add`:
/// they are in no git work tree, or it ignores every one of them.
[[nodiscard]] Result<void> require_hidden_from_git(
    FileSystem& files,
    Processes& processes,
    const std::filesystem::path& folder,
    const std::vector<std::string>& names
);

/// Files of so many bytes can be written beside `probe` and synced, and so can their folder: that
/// one is, and removed again. Only who holds the lock takes the name of a store's own file
/// (`temporary_name_of`), others another one (`trial_name_of`). What others fill afterwards we
/// cannot know.
[[nodiscard]] Result<void>
require_room(FileSystem& files, const std::filesystem::path& probe, std::size_t bytes);

constexpr std::string_view wait_for_other_run = "wait until it has ended";

/// Never null: an error if another run has it, with this help.
[[nodiscard]] Result<std::unique_ptr<FileLock>> require_lock(
    FileSystem& files,
    const std::filesystem::path& lock_file,
    std::string_view help = wait_for_other_run
);

/// The same for a look, which makes no lock file: null where there is none, as nobody has it then.
[[nodiscard]] Result<std::unique_ptr<FileLock>> require_lock_if_there(
    FileSystem& files,
    const std::filesystem::path& lock_file,
    std::string_view help = wait_for_other_run
);

} // namespace pveform::secrets
