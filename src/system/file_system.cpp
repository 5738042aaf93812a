#include "system/file_system.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <memory>
#include <random>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "base/secret.hpp"

namespace pveform {

namespace {

namespace fs = std::filesystem;

std::unexpected<Error>
failure(std::string_view action, const fs::path& shown, int code, std::string help = {}) {
    return std::unexpected(Error{
        .kind = ErrorKind::io,
        .message = fmt::format(
            "cannot {} `{}`: {}", action, shown.string(), std::generic_category().message(code)
        ),
        .help = std::move(help),
        .system_error = code,
    });
}

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}

    ~Descriptor() {
        if (number_ >= 0) {
            ::close(number_);
        }
    }

    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    Descriptor(Descriptor&&) = delete;
    Descriptor& operator=(Descriptor&&) = delete;

    [[nodiscard]] int number() const { return number_; }

    [[nodiscard]] bool valid() const { return number_ >= 0; }

    /// 0, or the error of writes that the system had put off until now (NFS, quotas).
    [[nodiscard]] int close() {
        return ::close(std::exchange(number_, -1)) == 0 || errno == EINTR ? 0 : errno;
    }

private:
    int number_;
};

int open_file(const fs::path& path, int flags, mode_t mode = 0) {
    return ::open(path.c_str(), flags | O_CLOEXEC, mode); // NOLINT(*-vararg)
}

class HeldLock final : public FileLock {
public:
    explicit HeldLock(int number) : descriptor_(number) {}

    /// For all that have inherited it, too: a program may have left a daemon behind.
    ~HeldLock() override { ::flock(descriptor_.number(), LOCK_UN); }

    HeldLock(const HeldLock&) = delete;
    HeldLock& operator=(const HeldLock&) = delete;
    HeldLock(HeldLock&&) = delete;
    HeldLock& operator=(HeldLock&&) = delete;

    [[nodiscard]] int descriptor() const override { return descriptor_.number(); }

private:
    Descriptor descriptor_;
};

FileKind kind_of(mode_t mode) {
    if (S_ISREG(mode)) {
        return FileKind::regular;
    }
    if (S_ISDIR(mode)) {
        return FileKind::folder;
    }
    return S_ISLNK(mode) ? FileKind::symlink : FileKind::other;
}

constexpr std::size_t block_bytes = 65536;

Result<void> read_to_end(
    const Descriptor& file,
    const fs::path& path,
    std::size_t max_bytes,
    std::string& block,
    std::string& text
) {
    while (true) {
        const ssize_t count = ::read(file.number(), block.data(), block.size());
        if (count == 0) {
            return {};
        }
        if (count < 0) {
            if (errno == EINTR) {
                continue;
            }
            return failure("read", path, errno);
        }
        append_wiping(text, std::string_view(block).substr(0, static_cast<std::size_t>(count)));
        if (text.size() > max_bytes) {
            return failure(
                "read", path, EFBIG, fmt::format("at most {} bytes are read", max_bytes)
            );
        }
    }
}

/// 0 or an error number.
int write_all(const Descriptor& file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(file.number(), bytes.data(), bytes.size());
        if (count >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(count));
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

class PosixFileSystem final : public FileSystem {
public:
    Result<std::optional<FileInfo>> inspect(const fs::path& path) override {
        struct stat info = {};
        if (::lstat(path.c_str(), &info) != 0) {
            if (errno == ENOENT) {
                return std::optional<FileInfo>();
            }
            return failure("look at", path, errno);
        }
        return FileInfo{
            .kind = kind_of(info.st_mode),
            .permissions = info.st_mode & 07777U,
            .owner_uid = info.st_uid,
            .links = info.st_nlink,
            .size_bytes = static_cast<std::size_t>(info.st_size),
        };
    }

    Result<fs::path> resolve(const fs::path& path) override {
        const std::unique_ptr<char, decltype(&std::free)> text(
            ::realpath(path.c_str(), nullptr), &std::free
        );
        if (text == nullptr) {
            return failure("find", path, errno);
        }
        return fs::path(text.get());
    }

    Result<std::string> read_file(const fs::path& path, std::size_t max_bytes) override {
        const Descriptor file(open_file(path, O_RDONLY));
        if (!file.valid()) {
            return failure("read", path, errno);
        }
        std::string text;
        std::string block(block_bytes, '\0');
        auto result = read_to_end(file, path, max_bytes, block, text);
        wipe(block);
        if (!result) {
            wipe(text);
            return std::unexpected(std::move(result).error());
        }
        return text;
    }

    Result<std::vector<std::string>> list_folder(const fs::path& path) override {
        std::error_code code;
        std::vector<std::string> names;
        for (fs::directory_iterator it(path, code), end; !code && it != end; it.increment(code)) {
            names.push_back(it->path().filename().string());
        }
        if (code) {
            return failure("list", path, code.value());
        }
        std::ranges::sort(names);
        return names;
    }

    Result<void> create_folder(const fs::path& path) override {
        if (::mkdir(path.c_str(), S_IRWXU) != 0) {
            return failure("create", path, errno);
        }
        return {};
    }

    Result<void>
    write_new_file(const fs::path& path, std::string_view bytes, const fs::path& shown) override {
        return create_and_write(path, bytes, shown, S_IRUSR | S_IWUSR);
    }

    Result<void> write_new_public_file(
        const fs::path& path,
        std::string_view bytes,
        const fs::path& shown,
        std::optional<unsigned> permissions
    ) override {
        constexpr mode_t everybody =
            S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH; // less the umask
        return create_and_write(
            path, bytes, shown, permissions ? S_IRUSR | S_IWUSR : everybody, permissions
        );
    }

    Result<void> append_to_file(const fs::path& path, std::string_view bytes) override {
        Descriptor file(open_file(path, O_WRONLY | O_CREAT | O_APPEND, S_IRUSR | S_IWUSR));
        if (!file.valid()) {
            return failure("write", path, errno);
        }
        int code = write_all(file, bytes);
        if (code == 0) {
            code = file.close();
        }
        return code == 0 ? Result<void>() : failure("write", path, code);
    }

    Result<void> sync(const fs::path& path, const fs::path& shown) override {
        const Descriptor file(open_file(path, O_RDONLY));
        if (!file.valid() || ::fsync(file.number()) != 0) {
            return failure("sync", shown, errno);
        }
        return {};
    }

    Result<void> rename(const fs::path& from, const fs::path& to) override {
        if (::rename(from.c_str(), to.c_str()) != 0) {
            return failure("replace", to, errno);
        }
        return {};
    }

    Result<void> remove(const fs::path& path) override {
        if (::unlink(path.c_str()) != 0) {
            return failure("remove", path, errno);
        }
        return {};
    }

    Result<std::unique_ptr<FileLock>> try_lock(const fs::path& path) override {
        const int number = open_file(path, O_RDWR | O_CREAT | O_NOFOLLOW, S_IRUSR | S_IWUSR);
        if (number < 0) {
            return failure("lock", path, errno);
        }
        auto lock = std::make_unique<HeldLock>(number);
        if (::flock(number, LOCK_EX | LOCK_NB) != 0) {
            if (errno == EWOULDBLOCK) {
                return nullptr;
            }
            return failure("lock", path, errno);
        }
        return lock;
    }

    [[nodiscard]] unsigned own_uid() const override { return ::geteuid(); }

private:
    static Result<void> create_and_write(
        const fs::path& path,
        std::string_view bytes,
        const fs::path& shown,
        mode_t mode,
        std::optional<unsigned> permissions = {}
    ) {
        Descriptor file(open_file(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode));
        if (!file.valid()) {
            return failure("create", shown, errno);
        }
        int code = permissions && ::fchmod(file.number(), *permissions) != 0 ? errno : 0;
        if (code == 0) {
            code = write_all(file, bytes);
        }
        if (code == 0) {
            code = file.close();
        }
        if (code != 0) {
            ::unlink(path.c_str());
            return failure("write", shown, code);
        }
        return {};
    }
};

/// `fresh` stands beside it already.
Result<void> take_place_of(FileSystem& files, const fs::path& path, const fs::path& fresh) {
    auto replaced = files.sync(fresh, path);
    if (replaced) {
        replaced = files.rename(fresh, path);
    }
    if (!replaced) {
        static_cast<void>(files.remove(fresh)); // the first error is the one to report
        return replaced;
    }
    return files.sync(path.has_parent_path() ? path.parent_path() : fs::path("."));
}

} // namespace

FileSystem& posix_file_system() {
    static PosixFileSystem files;
    return files;
}

fs::path temporary_name_of(const fs::path& path) {
    return path.parent_path() / ("." + path.filename().string() + ".new");
}

fs::path trial_name_of(const fs::path& path) {
    return path.parent_path() / ("." + path.filename().string() + ".try");
}

fs::path unshared_name_of(const fs::path& path) {
    return path.parent_path() /
           fmt::format(".{}.{:08x}.new", path.filename().string(), std::random_device()());
}

Result<void> replace_file_durably(FileSystem& files, const fs::path& path, std::string_view bytes) {
    const fs::path fresh = temporary_name_of(path);
    if (TRY(files.inspect(fresh))) {
        TRY(files.remove(fresh)); // of a run that was killed
    }
    TRY(files.write_new_file(fresh, bytes, path));
    return take_place_of(files, path, fresh);
}

Result<void> check_replaceable(FileSystem& files, const fs::path& path) {
    const fs::path fresh = unshared_name_of(path);
    TRY(files.write_new_file(fresh, "", path));
    return files.remove(fresh);
}

Result<void> replace_shared_file(FileSystem& files, const fs::path& path, std::string_view bytes) {
    const fs::path fresh = unshared_name_of(path);
    TRY(files.write_new_file(fresh, bytes, path));
    return take_place_of(files, path, fresh);
}

Result<void> replace_public_file(FileSystem& files, const fs::path& path, std::string_view bytes) {
    constexpr unsigned read_write_execute = 0777; // and nothing that makes a program special
    const auto old = TRY(files.inspect(path));
    std::optional<unsigned> permissions;
    if (old && old->kind == FileKind::regular) {
        permissions = old->permissions & read_write_execute;
    }
    const fs::path fresh = unshared_name_of(path);
    TRY(files.write_new_public_file(fresh, bytes, path, permissions));
    return take_place_of(files, path, fresh);
}

} // namespace pveform
