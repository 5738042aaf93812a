#include "system/file_system.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

namespace pveform {

namespace {

namespace fs = std::filesystem;

std::unexpected<Error>
failure(std::string_view action, const fs::path& path, int code, std::string help = {}) {
    return std::unexpected(Error{
        .kind = ErrorKind::io,
        .message = fmt::format(
            "cannot {} `{}`: {}", action, path.string(), std::generic_category().message(code)
        ),
        .help = std::move(help),
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

private:
    int number_;
};

int open_file(const fs::path& path, int flags, mode_t mode = 0) {
    return ::open(path.c_str(), flags | O_CLOEXEC, mode); // NOLINT(*-vararg)
}

class HeldLock final : public FileLock {
public:
    explicit HeldLock(int number) : descriptor_(number) {}

private:
    Descriptor descriptor_; // closing it lets go of the lock
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

    Result<std::string> read_file(const fs::path& path, std::size_t max_bytes) override {
        const Descriptor file(open_file(path, O_RDONLY));
        if (!file.valid()) {
            return failure("read", path, errno);
        }
        std::string text;
        std::array<char, 65536> block;
        while (true) {
            const ssize_t count = ::read(file.number(), block.data(), block.size());
            if (count == 0) {
                return text;
            }
            if (count < 0) {
                if (errno == EINTR) {
                    continue;
                }
                return failure("read", path, errno);
            }
            text.append(block.data(), static_cast<std::size_t>(count));
            if (text.size() > max_bytes) {
                return failure(
                    "read", path, EFBIG, fmt::format("at most {} bytes are read", max_bytes)
                );
            }
        }
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

    Result<void> write_new_file(const fs::path& path, std::string_view bytes) override {
        const Descriptor file(
            open_file(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, S_IRUSR | S_IWUSR)
        );
        if (!file.valid()) {
            return failure("create", path, errno);
        }
        while (!bytes.empty()) {
            const ssize_t count = ::write(file.number(), bytes.data(), bytes.size());
            if (count < 0) {
                if (errno == EINTR) {
                    continue;
                }
                return failure("write", path, errno);
            }
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
        return {};
    }

    Result<void> sync(const fs::path& path) override {
        const Descriptor file(open_file(path, O_RDONLY));
        if (!file.valid() || ::fsync(file.number()) != 0) {
            return failure("sync", path, errno);
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
};

} // namespace

FileSystem& posix_file_system() {
    static PosixFileSystem files;
    return files;
}

Result<void>
replace_file_durably(FileSystem& files, const std::filesystem::path& path, std::string_view bytes) {
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    const fs::path fresh = folder / ("." + path.filename().string() + ".new");
    // A leftover of a run that was killed here; ours to remove, as the caller holds the lock.
    if (TRY(files.inspect(fresh))) {
        TRY(files.remove(fresh));
    }
    const auto written = [&]() -> Result<void> {
        TRY(files.write_new_file(fresh, bytes));
        TRY(files.sync(fresh));
        return files.rename(fresh, path);
    }();
    if (!written) {
        static_cast<void>(files.remove(fresh)); // the first error is the one to report
        return written;
    }
    return files.sync(folder);
}

} // namespace pveform
