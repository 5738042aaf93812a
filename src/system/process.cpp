#include "system/process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

namespace pveform {

namespace {

constexpr std::size_t max_output_bytes = 64 * 1024;

using SteadyTime = std::chrono::steady_clock::time_point;

std::unexpected<Error> failure(const std::vector<std::string>& command, std::string_view what) {
    return std::unexpected(Error{
        .kind = ErrorKind::io, .message = fmt::format("command `{}` {}", command.front(), what)});
}

std::string system_words(int code) {
    return std::generic_category().message(code);
}

/// The child's standard output; both ends are closed in all that it starts.
class Pipe {
public:
    Pipe() { valid_ = ::pipe2(ends_.data(), O_CLOEXEC) == 0; }

    ~Pipe() {
        close_writing();
        if (valid_) {
            ::close(ends_[0]);
        }
    }

    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    Pipe(Pipe&&) = delete;
    Pipe& operator=(Pipe&&) = delete;

    [[nodiscard]] bool valid() const { return valid_; }

    [[nodiscard]] int reading() const { return ends_[0]; }

    [[nodiscard]] int writing() const { return ends_[1]; }

    void close_writing() {
        if (valid_ && ends_[1] >= 0) {
            ::close(ends_[1]);
            ends_[1] = -1;
        }
    }

private:
    std::array<int, 2> ends_ = {-1, -1};
    bool valid_ = false;
};

/// 0 or an error number.
int spawn(const std::vector<std::string>& command, const Pipe& output, pid_t& child) {
    std::vector<char*> arguments;
    for (const std::string& argument : command) {
        arguments.push_back(const_cast<char*>(argument.c_str())); // as POSIX wants it; not written
    }
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output.writing(), STDOUT_FILENO);
    const int code =
        ::posix_spawnp(&child, arguments.front(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

enum class ReadEnd { complete, too_much, too_late, broken };

ReadEnd read_all(int descriptor, SteadyTime deadline, std::string& text) {
    text.reserve(max_output_bytes + 1); // so that no growth leaves a copy behind
    while (true) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now()
        );
        pollfd waiting{descriptor, POLLIN, 0};
        const int ready =
            left.count() > 0 ? ::poll(&waiting, 1, static_cast<int>(left.count())) : 0;
        if (ready == 0) {
            return ReadEnd::too_late;
        }
        std::array<char, 4096> block;
        const ssize_t count = ready > 0 ? ::read(descriptor, block.data(), block.size()) : -1;
        if (count < 0) {
            if (errno == EINTR) {
                continue;
            }
            return ReadEnd::broken;
        }
        if (count == 0) {
            return ReadEnd::complete;
        }
        if (text.size() + static_cast<std::size_t>(count) > max_output_bytes) {
            return ReadEnd::too_much;
        }
        text.append(block.data(), static_cast<std::size_t>(count));
    }
}

class PosixProcesses final : public Processes {
public:
    Result<Secret>
    output_of(const std::vector<std::string>& command, std::chrono::seconds time_limit) override {
        Pipe output;
        if (!output.valid()) {
            return failure(command, "cannot be started: " + system_words(errno));
        }
        pid_t child = 0;
        if (const int code = spawn(command, output, child); code != 0) {
            return failure(command, "cannot be started: " + system_words(code));
        }
        output.close_writing();
        std::string text;
        const ReadEnd end =
            read_all(output.reading(), std::chrono::steady_clock::now() + time_limit, text);
        if (end != ReadEnd::complete) {
            ::kill(child, SIGKILL);
        }
        int status = 0;
        while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
        Secret result = Secret::take(std::move(text));
        switch (end) {
        case ReadEnd::complete:
            break;
        case ReadEnd::too_much:
            return failure(command, "wrote more than 64 KiB");
        case ReadEnd::too_late:
            return failure(command, fmt::format("took longer than {} s", time_limit.count()));
        case ReadEnd::broken:
            return failure(command, "cannot be read from");
        }
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            return failure(
                command,
                WIFEXITED(status) ? fmt::format("failed with exit code {}", WEXITSTATUS(status))
                                  : "was ended by a signal"
            );
        }
        return result;
    }
};

} // namespace

Processes& posix_processes() {
    static PosixProcesses processes;
    return processes;
}

} // namespace pveform
