#include "system/ancestors.hpp"

#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <sys/types.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include "base/secret.hpp"
#include "base/text.hpp"

namespace pveform {

namespace {

namespace fs = std::filesystem;

fs::path about(pid_t process) {
    return fs::path("/proc") / std::to_string(process);
}

/// Of a file in /proc; nothing where we may not read it. An environment can hold secrets.
std::optional<Secret> all_of(const fs::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC); // NOLINT
    if (descriptor < 0) {
        return std::nullopt;
    }
    std::string text;
    std::string block(4096, '\0');
    ssize_t count = 0;
    do {
        count = ::read(descriptor, block.data(), block.size());
        if (count > 0) {
            append_wiping(text, std::string_view(block).substr(0, static_cast<std::size_t>(count)));
        }
    } while (count > 0 || (count < 0 && errno == EINTR));
    ::close(descriptor);
    wipe(block);
    Secret all = Secret::take(std::move(text));
    return count < 0 ? std::nullopt : std::optional(std::move(all));
}

/// Whether a process has this variable in the environment that it began with.
std::optional<bool> began_with(const fs::path& process, std::string_view variable) {
    const std::optional<Secret> environment = all_of(process / "environ");
    if (!environment) {
        return std::nullopt;
    }
    const std::string_view text = environment->reveal();
    std::size_t at = text.find(variable);
    for (; at != std::string_view::npos; at = text.find(variable, at + 1)) {
        const std::string_view rest = text.substr(at + variable.size());
        if ((at == 0 || text[at - 1] == '\0') && (rest.empty() || rest.front() == '\0')) {
            return true;
        }
    }
    return false;
}

/// 0 where there is none that we could see, as in a container.
std::optional<pid_t> parent_of(pid_t process) {
    const std::optional<Secret> stat = all_of(about(process) / "stat");
    if (!stat) {
        return std::nullopt;
    }
    // `7 (NAME) S 1 …`; a name can hold anything.
    const std::string_view text = stat->reveal();
    const std::size_t name_end = text.rfind(") ");
    if (name_end == std::string_view::npos || name_end + 4 > text.size()) {
        return std::nullopt;
    }
    const std::string_view parent = text.substr(name_end + 4);
    return parse_integer<pid_t>(parent.substr(0, parent.find(' ')));
}

using File = struct stat;

bool is_open_at(const fs::path& descriptor, const File& file) {
    File theirs = {};
    return ::stat(descriptor.c_str(), &theirs) == 0 && theirs.st_dev == file.st_dev &&
           theirs.st_ino == file.st_ino;
}

/// Whether it is the standard error of all ancestors up to the first that did not begin so.
bool is_theirs(const File& errors, std::string_view variable) {
    std::optional<pid_t> ancestor = ::getppid();
    while (ancestor && *ancestor > 0) {
        const std::optional<bool> is_one = began_with(about(*ancestor), variable);
        if (!is_one || !*is_one) {
            return is_one.has_value();
        }
        if (!is_open_at(about(*ancestor) / "fd/2", errors)) {
            return false;
        }
        ancestor = parent_of(*ancestor);
    }
    return ancestor.has_value();
}

/// Links to descriptors that can be read from have the bit for it.
bool is_readable(const fs::path& descriptor) {
    File link = {};
    return ::lstat(descriptor.c_str(), &link) == 0 && (link.st_mode & S_IRUSR) != 0;
}

/// As far as we may look into it, and it does not vanish meanwhile.
std::vector<fs::path> entries_of(const fs::path& folder) {
    std::vector<fs::path> entries;
    std::error_code failed;
    for (fs::directory_iterator entry(folder, failed); !failed && entry != fs::end(entry);
         entry.increment(failed)) {
        entries.push_back(entry->path());
    }
    return entries;
}

/// Whether any process that began so, and that we may look into, has it open for reading.
bool is_read_among(const File& errors, std::string_view variable) {
    for (const fs::path& process : entries_of("/proc")) {
        for (const fs::path& descriptor : entries_of(process / "fd")) {
            if (is_open_at(descriptor, errors) && is_readable(descriptor) &&
                began_with(process, variable).value_or(true)) {
                return true;
            }
        }
    }
    return false;
}

} // namespace

bool errors_reach_starter_of(std::string_view variable) {
    File errors = {};
    return ::fstat(STDERR_FILENO, &errors) == 0 && is_theirs(errors, variable) &&
           (!S_ISFIFO(errors.st_mode) || !is_read_among(errors, variable));
}

} // namespace pveform
