// Files as a seam: the few operations that the tool needs, one by one, so that a fake can make the
// n-th of them fail and tests can say what must still hold.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace pveform {

enum class FileKind { regular, folder, symlink, other };

/// What lstat says, as far as it matters here.
struct FileInfo {
    FileKind kind = FileKind::other;
    unsigned permissions = 0; // the lower twelve bits
    unsigned owner_uid = 0;
    std::size_t links = 1;
    std::size_t size_bytes = 0;
};

/// Held from creation to destruction. Where we are killed before, a program that has inherited it
/// still holds it until it ends.
class FileLock {
public:
    virtual ~FileLock() = default;

    /// What a program inherits it by (`Invocation::inherited`); -1 where that is not possible.
    [[nodiscard]] virtual int descriptor() const = 0;
};

/// Every error is of kind `io`, names the path and carries the system's own words and its number
/// (`Error::system_error`). `shown` is the path that the error names: where the file at `path` is
/// to take the place of another one, that one.
class FileSystem {
public:
    virtual ~FileSystem() = default;

    /// Nothing where nothing is there. Does not follow a symbolic link at the end of the path.
    [[nodiscard]] virtual Result<std::optional<FileInfo>> inspect(const std::filesystem::path& path
    ) = 0;

    /// The same place as an absolute path without links, `.` and `..`. Something must be there.
    [[nodiscard]] virtual Result<std::filesystem::path> resolve(const std::filesystem::path& path
    ) = 0;

    /// An error beyond `max_bytes`. No copy of the contents is left in memory but the result.
    [[nodiscard]] virtual Result<std::string>
    read_file(const std::filesystem::path& path, std::size_t max_bytes) = 0;

    /// The names in a folder, sorted, without `.` and `..`.
    [[nodiscard]] virtual Result<std::vector<std::string>>
    list_folder(const std::filesystem::path& path) = 0;

    /// Creates a folder of mode 0700 that was not there before.
    [[nodiscard]] virtual Result<void> create_folder(const std::filesystem::path& path) = 0;

    /// Creates a file of mode 0600 that was not there before, and writes all bytes. Where that
    /// fails half-way, the file is removed again.
    [[nodiscard]] virtual Result<void> write_new_file(
        const std::filesystem::path& path,
        std::string_view bytes,
        const std::filesystem::path& shown
    ) = 0;

    [[nodiscard]] Result<void>
    write_new_file(const std::filesystem::path& path, std::string_view bytes) {
        return write_new_file(path, bytes, path);
    }

    /// The same with these permissions, or, for what others may read, those that the umask leaves.
    [[nodiscard]] virtual Result<void> write_new_public_file(
        const std::filesystem::path& path,
        std::string_view bytes,
        const std::filesystem::path& shown,
        std::optional<unsigned> permissions
    ) = 0;

    /// Behind what is there; creates the file where it is missing.
    [[nodiscard]] virtual Result<void>
    append_to_file(const std::filesystem::path& path, std::string_view bytes) = 0;

    /// Returns when the contents of the file, or the entries of the folder, are on the disk.
    [[nodiscard]] virtual Result<void>
    sync(const std::filesystem::path& path, const std::filesystem::path& shown) = 0;

    [[nodiscard]] Result<void> sync(const std::filesystem::path& path) { return sync(path, path); }

    [[nodiscard]] virtual Result<void>
    rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;

    [[nodiscard]] virtual Result<void> remove(const std::filesystem::path& path) = 0;

    /// An exclusive lock on the file (created with mode 0600 where missing). Nothing, without
    /// waiting, if another process holds it.
    [[nodiscard]] virtual Result<std::unique_ptr<FileLock>>
    try_lock(const std::filesystem::path& path) = 0;

    /// Of this process; decides who may own a file of secrets.
    [[nodiscard]] virtual unsigned own_uid() const = 0;
};

[[nodiscard]] FileSystem& posix_file_system();

/// Where `replace_file_durably` first writes to: `.NAME.new`, beside the file.
[[nodiscard]] std::filesystem::path temporary_name_of(const std::filesystem::path& path);

/// Where it is tried whether the file could be written: `.NAME.try`, as long as the other name, and
/// never in the way of who replaces the file meanwhile.
[[nodiscard]] std::filesystem::path trial_name_of(const std::filesystem::path& path);

/// Replaces a file in one step, durably: written beside it (mode 0600), synced, renamed, folder
/// synced. The caller sees to it that nobody else does so at the same time. On an error the old
/// file is there unchanged, unless the error came from the last sync: then the new one is there,
/// but may not outlive a crash of the machine.
[[nodiscard]] Result<void>
replace_file_durably(FileSystem& files, const std::filesystem::path& path, std::string_view bytes);

/// A name beside the file that no other run takes: `.NAME.0a1b2c3d.new`.
[[nodiscard]] std::filesystem::path unshared_name_of(const std::filesystem::path& path);

/// The same for a file that several runs may write at the same time: each under a name of its own
/// first, and the last one stays. What a run that is killed in between leaves is not cleared away.
[[nodiscard]] Result<void>
replace_shared_file(FileSystem& files, const std::filesystem::path& path, std::string_view bytes);

/// Whether a file could be replaced so, found by trying: nobody wants to learn after the last write
/// to a cluster that its report is lost.
[[nodiscard]] Result<void> check_replaceable(FileSystem& files, const std::filesystem::path& path);

/// The same as the latter for what others may read, with the mode of the file that was there: who
/// keeps it from others goes on to. Else with the one that the umask leaves.
[[nodiscard]] Result<void>
replace_public_file(FileSystem& files, const std::filesystem::path& path, std::string_view bytes);

} // namespace pveform
