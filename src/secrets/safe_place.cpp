#include "secrets/safe_place.hpp"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <random>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"

namespace pveform::secrets {

namespace {

namespace fs = std::filesystem;

constexpr unsigned any_access_of_others = 0077;
constexpr unsigned write_access_of_others = 0022;
constexpr unsigned write_access_of_everybody = 0002;
constexpr unsigned only_owners_rename = 01000; // the sticky bit

std::unexpected<Error> foreign(const fs::path& path, unsigned owner_uid) {
    return io_refusal(
        fmt::format("`{}` belongs to somebody else (uid {})", path.string(), owner_uid),
        "its owner could take secrets away or put others in their place; use a place of your own"
    );
}

Result<FileInfo> folder_at(FileSystem& files, const fs::path& path) {
    const auto info = TRY(files.inspect(path));
    if (!info || info->kind != FileKind::folder) {
        return io_refusal(
            fmt::format("`{}` is no folder", path.string()), "name a folder for secrets"
        );
    }
    return *info;
}

/// Not everybody, nor another user, can put another folder in the place of this one (a path without
/// links), or of one above it. Groups are believed, as many users have one of their own, and so are
/// the owners of folders that root works in: those of what a container was given.
Result<void> require_settled(FileSystem& files, const fs::path& folder) {
    const unsigned self = files.own_uid();
    for (fs::path below = folder; below.has_relative_path(); below = below.parent_path()) {
        const fs::path place = below.parent_path();
        const FileInfo info = TRY(folder_at(files, place));
        if (self != 0 && info.owner_uid != self && info.owner_uid != 0) {
            return io_refusal(
                fmt::format(
                    "folder `{}`, with `{}` in it, belongs to somebody else (uid {})",
                    place.string(),
                    below.string(),
                    info.owner_uid
                ),
                "its owner could put another folder in that place; use a place of your own"
            );
        }
        if ((info.permissions & write_access_of_everybody) != 0 &&
            (info.permissions & only_owners_rename) == 0) {
            return io_refusal(
                fmt::format(
                    "others can write in folder `{}` (mode {:04o}), and put another one in the "
                    "place of `{}`",
                    place.string(),
                    info.permissions,
                    below.string()
                ),
                fmt::format(
                    "`chmod o-w {0}`, or `chmod +t {0}` where others have to write in it, or use "
                    "another place",
                    place.string()
                )
            );
        }
    }
    return {};
}

/// The root of the innermost work tree that `folder` is in; empty for none.
Result<fs::path> work_tree_of(FileSystem& files, const fs::path& folder) {
    for (fs::path place = folder; true; place = place.parent_path()) {
        if (TRY(files.inspect(place / ".git"))) {
            return place;
        }
        if (!place.has_relative_path()) {
            return fs::path();
        }
    }
}

/// The lines for `.gitignore` that hide a folder's files; one for all of ours that begin alike.
std::string ignore_lines(const std::vector<std::string>& not_ignored) {
    constexpr std::size_t few = 3;
    std::vector<std::string> lines;
    for (const std::string& name : not_ignored) {
        lines.push_back(fmt::format("`{}`", printable(name)));
    }
    if (lines.size() > few) {
        lines.resize(few);
        lines.emplace_back("…");
    }
    return join(lines, ", ");
}

/// Asks git which of the files it ignores. Nothing where git does not know.
Result<std::set<std::string>> ignored_by_git(
    Processes& processes,
    const fs::path& work_tree,
    const fs::path& folder,
    const std::vector<std::string>& names
) {
    std::string list;
    for (const std::string& name : names) {
        list += (folder / name).string();
        list += '\0';
    }
    // As whoever commits there asks: no GIT_INDEX_FILE or GIT_CONFIG_COUNT of our environment, as
    // within a hook, is heard; and nothing that the repository's configuration names is started.
    Finished answer = TRY(processes.run({
        .command =
            {"git",
             "-c",
             "core.fsmonitor=false",
             "--git-dir",
             (work_tree / ".git").string(),
             "--work-tree",
             work_tree.string(),
             "check-ignore",
             "-z",
             "--stdin"},
        .input = list,
        .without = "GIT_",
    }));
    std::set<std::string> ignored;
    if (answer.exit_code == 0) {
        for (const std::string& path : split(answer.output.reveal(), std::string_view("\0", 1))) {
            ignored.insert(fs::path(path).filename().string());
        }
    } else if (answer.exit_code != 1) {
        return io_refusal(
            fmt::format("git cannot say what it ignores in `{}`", work_tree.string()),
            "put secrets outside of the work tree"
        );
    }
    return ignored;
}

/// From the top down, each private.
Result<void> create_folders(FileSystem& files, const fs::path& folder) {
    if (folder.empty() || TRY(files.inspect(folder))) {
        return {};
    }
    const fs::path parent = folder.parent_path();
    TRY(create_folders(files, parent));
    TRY(files.create_folder(folder));
    return files.sync(parent.empty() ? fs::path(".") : parent);
}

/// What helps where nothing can be written in a folder; empty where the reason says enough.
std::string help_to_write(const Error& error, const fs::path& folder) {
    constexpr std::string_view elsewhere = "another place (for a file of secrets: `--secrets-out`)";
    if (error.system_error == EROFS) {
        return fmt::format("`{}` cannot be written to: use {}", folder.string(), elsewhere);
    }
    if (error.system_error == EACCES || error.system_error == EPERM) {
        return fmt::format(
            "whoever runs pveform must be able to write there: `chmod u+w {}`, or {}",
            folder.string(),
            elsewhere
        );
    }
    return {};
}

} // namespace

Result<fs::path> require_private_folder(FileSystem& files, const fs::path& folder) {
    const fs::path given = folder.empty() ? fs::path(".") : folder;
    auto resolved = files.resolve(given);
    if (!resolved) {
        resolved.error().help =
            fmt::format("where it is only missing: `mkdir -m 700 {}`", printable(given.string()));
        return resolved;
    }
    const FileInfo info = TRY(folder_at(files, *resolved));
    if (info.owner_uid != files.own_uid()) {
        return foreign(*resolved, info.owner_uid);
    }
    if ((info.permissions & write_access_of_others) != 0) {
        return io_refusal(
            fmt::format(
                "others can write in folder `{}` (mode {:04o})",
                resolved->string(),
                info.permissions
            ),
            fmt::format("`chmod go-w {}`, or use a folder of its own", resolved->string())
        );
    }
    TRY(require_settled(files, *resolved));
    return resolved;
}

Result<fs::path> make_private_folder(FileSystem& files, const fs::path& folder) {
    TRY(create_folders(files, folder));
    return require_private_folder(files, folder);
}

Result<std::size_t> require_private_file(FileSystem& files, const fs::path& path) {
    const auto info = TRY(files.inspect(path));
    if (!info) {
        return std::size_t{0};
    }
    switch (info->kind) {
    case FileKind::regular:
        break;
    case FileKind::symlink:
        return io_refusal(
            fmt::format("`{}` is a symbolic link", path.string()), "name the file that it points to"
        );
    case FileKind::folder:
    case FileKind::other:
        return io_refusal(
            fmt::format("`{}` is no regular file", path.string()), "name a file for secrets"
        );
    }
    if (info->owner_uid != files.own_uid()) {
        return foreign(path, info->owner_uid);
    }
    if ((info->permissions & any_access_of_others) != 0) {
        return io_refusal(
            fmt::format(
                "others can read or write `{}` (mode {:04o})", path.string(), info->permissions
            ),
            fmt::format(
                "if nobody has read it, `chmod 600 {}`; else renew what it holds", path.string()
            )
        );
    }
    if (info->links > 1) {
        return io_refusal(
            fmt::format("`{}` has {} names (hard links)", path.string(), info->links),
            "under the others the old contents would live on; remove them, or use another file"
        );
    }
    return info->size_bytes;
}

Result<void> require_hidden_from_git(
    FileSystem& files,
    Processes& processes,
    const fs::path& folder,
    const std::vector<std::string>& names
) {
    const fs::path work_tree = TRY(work_tree_of(files, folder));
    if (work_tree.empty()) {
        return {};
    }
    if (!processes.can_find("git")) {
        return io_refusal(
            fmt::format(
                "`{}` is in the git work tree `{}`, and git is not here to say whether it is "
                "ignored",
                folder.string(),
                work_tree.string()
            ),
            "put secrets outside of the work tree, or install git"
        );
    }
    const std::set<std::string> ignored = TRY(ignored_by_git(processes, work_tree, folder, names));
    std::vector<std::string> visible;
    std::ranges::copy_if(names, std::back_inserter(visible), [&](const std::string& name) {
        return !ignored.contains(name);
    });
    if (visible.empty()) {
        return {};
    }
    return io_refusal(
        fmt::format(
            "`{}` would be in git's way: work tree `{}` does not ignore it",
            (folder / visible.front()).string(),
            work_tree.string()
        ),
        fmt::format(
            "put secrets outside of the work tree, or add to `{}`: {}",
            (folder / ".gitignore").string(),
            ignore_lines(visible)
        )
    );
}

Result<void> require_room(FileSystem& files, const fs::path& probe, std::size_t bytes) {
    if (TRY(files.inspect(probe))) {
        TRY(files.remove(probe)); // of a run that was killed
    }
    std::string filling(bytes, '\0');
    std::ranges::generate(filling, [random = std::minstd_rand()]() mutable {
        return static_cast<char>(random()); // some file systems store zeros in no space at all
    });
    auto written = files.write_new_file(probe, filling);
    if (written) {
        written = files.sync(probe);
        if (written) {
            written = files.sync(probe.parent_path());
        }
        if (auto removed = files.remove(probe); written) {
            written = std::move(removed);
        }
    }
    if (!written) {
        Error& error = written.error();
        const bool is_full = error.system_error == ENOSPC || error.system_error == EDQUOT;
        error.help = is_full ? fmt::format("secrets need {} bytes of room there", bytes)
                             : help_to_write(error, probe.parent_path());
    }
    return written;
}

Result<std::unique_ptr<FileLock>>
require_lock(FileSystem& files, const fs::path& lock_file, std::string_view help) {
    auto lock = files.try_lock(lock_file);
    if (!lock) {
        lock.error().help = help_to_write(lock.error(), lock_file.parent_path());
        return lock;
    }
    if (*lock == nullptr) {
        return io_refusal(
            fmt::format("another run of pveform has `{}` locked", lock_file.parent_path().string()),
            std::string(help)
        );
    }
    return lock;
}

Result<std::unique_ptr<FileLock>>
require_lock_if_there(FileSystem& files, const fs::path& lock_file, std::string_view help) {
    if (!TRY(files.inspect(lock_file))) {
        return nullptr;
    }
    return require_lock(files, lock_file, help);
}

} // namespace pveform::secrets
