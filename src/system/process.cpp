#include "system/process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <iterator>
#include <optional>
#include <poll.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "system/interrupt.hpp"
#include "system/signals.hpp"

namespace pveform {

namespace {

constexpr std::size_t max_output_bytes = 64 * 1024;

/// Where a program finds the descriptor that it inherits. Shells take none from 3 to 9 but those
/// that a script names, and the first ones from 10 on: they do not come to close it.
constexpr int inherited_descriptor = 19;

/// How long at most before we look again whether the program has ended. A pipe that closes wakes us
/// at once; this is for programs that close it early, or leave children behind that hold it open.
constexpr std::chrono::milliseconds glance{20};

using SteadyClock = std::chrono::steady_clock;

std::unexpected<Error> failure(const std::vector<std::string>& command, std::string_view what) {
    return std::unexpected(Error{
        .kind = ErrorKind::io, .message = fmt::format("command `{}` {}", command.front(), what)});
}

std::string system_words(int code) {
    return std::generic_category().message(code);
}

/// Both ends are closed in all that we start.
class Pipe {
public:
    Pipe() { valid_ = ::pipe2(ends_.data(), O_CLOEXEC) == 0; }

    ~Pipe() {
        close_reading();
        close_writing();
    }

    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    Pipe(Pipe&&) = delete;
    Pipe& operator=(Pipe&&) = delete;

    [[nodiscard]] bool valid() const { return valid_; }

    /// -1 once closed, which poll skips.
    [[nodiscard]] int reading() const { return ends_[0]; }

    [[nodiscard]] int writing() const { return ends_[1]; }

    void close_reading() { close(ends_[0]); }

    void close_writing() { close(ends_[1]); }

private:
    static void close(int& end) {
        if (end >= 0) {
            ::close(std::exchange(end, -1));
        }
    }

    std::array<int, 2> ends_ = {-1, -1};
    bool valid_ = false;
};

/// As POSIX wants it; it is not written to.
char* pointer_to(const std::string& text) {
    return const_cast<char*>(text.c_str());
}

using Names = std::set<std::string, std::less<>>;

/// Our environment, less what we authenticate with and other secrets, and what this one is told
/// besides.
std::vector<char*> environment_for(const Invocation& invocation, const Names& withheld) {
    std::vector<char*> entries;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const bool is_unwanted =
            !invocation.without.empty() && text.starts_with(invocation.without);
        if (!is_unwanted && !text.starts_with("PVEFORM_") && !text.starts_with("PROXMOX_VE_") &&
            !withheld.contains(text.substr(0, text.find('=')))) {
            entries.push_back(*entry);
        }
    }
    std::ranges::transform(invocation.variables, std::back_inserter(entries), pointer_to);
    entries.push_back(nullptr);
    return entries;
}

void set_signals(posix_spawnattr_t& attributes, const Invocation& invocation) {
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE); // these we may ignore, and programs do not expect that
    sigaddset(&defaults, SIGXFSZ);
    if (invocation.has_terminal) {
        sigaddset(&defaults, SIGINT);
        sigaddset(&defaults, SIGQUIT);
    }
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    short flags = POSIX_SPAWN_SETSIGDEF;
    if (invocation.survives_interrupts) {
        sigset_t blocked;
        sigemptyset(&blocked);
        sigaddset(&blocked, SIGINT);
        sigaddset(&blocked, SIGTERM);
        sigaddset(&blocked, SIGHUP);
        posix_spawnattr_setsigmask(&attributes, &blocked);
        posix_spawnattr_setpgroup(&attributes, 0); // a group of its own, to be ended as a whole
        flags |= POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP;
    }
    posix_spawnattr_setflags(&attributes, flags);
}

/// 0 or an error number.
int spawn(
    const Invocation& invocation,
    const Names& withheld,
    const Pipe& input,
    const Pipe& output,
    pid_t& child
) {
    std::vector<char*> arguments;
    std::ranges::transform(invocation.command, std::back_inserter(arguments), pointer_to);
    arguments.push_back(nullptr);
    std::vector<char*> environment = environment_for(invocation, withheld);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input.reading(), STDIN_FILENO);
    if (invocation.discards_output) {
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    } else if (!invocation.has_terminal) {
        posix_spawn_file_actions_adddup2(&actions, output.writing(), STDOUT_FILENO);
    }
    int first_closed = STDERR_FILENO + 1;
    if (invocation.inherited >= 0) {
        posix_spawn_file_actions_adddup2(&actions, invocation.inherited, inherited_descriptor);
        for (; first_closed < inherited_descriptor; ++first_closed) {
            posix_spawn_file_actions_addclose(&actions, first_closed);
        }
        ++first_closed;
    }
    // Not every library of ours closes its descriptors in what we start.
    posix_spawn_file_actions_addclosefrom_np(&actions, first_closed);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    set_signals(attributes, invocation);
    const int code = ::posix_spawnp(
        &child, arguments.front(), &actions, &attributes, arguments.data(), environment.data()
    );
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

/// A program that runs: its input is written and its output read as both can be, until it ends.
/// Both ends of the input's pipe are ours, too, so that we see what is left in it.
class Conversation {
public:
    Conversation(pid_t child, Pipe& input, Pipe& output, const Invocation& invocation)
        : child_(child), has_group_(invocation.survives_interrupts), input_(input), output_(output),
          to_write_(invocation.input) {
        ::fcntl(input_.writing(), F_SETFL, O_NONBLOCK);  // NOLINT(*-vararg)
        ::fcntl(output_.reading(), F_SETFL, O_NONBLOCK); // NOLINT(*-vararg)
        text_.reserve(max_output_bytes + 1);             // so that no growth leaves a copy behind
    }

    ~Conversation() {
        wipe(text_);
        if (!status_) {
            ::kill(has_group_ ? -child_ : child_, SIGKILL);
            wait(0);
        }
    }

    Conversation(const Conversation&) = delete;
    Conversation& operator=(const Conversation&) = delete;
    Conversation(Conversation&&) = delete;
    Conversation& operator=(Conversation&&) = delete;

    /// Why it did not come to its end; null if it did.
    const char* run_until(SteadyClock::time_point deadline) {
        while (!status_) {
            const auto left =
                std::chrono::ceil<std::chrono::milliseconds>(deadline - SteadyClock::now());
            if (left.count() <= 0) {
                return "takes too long";
            }
            std::array<pollfd, 2> ends = {
                pollfd{input_.writing(), POLLOUT, 0}, pollfd{output_.reading(), POLLIN, 0}};
            ::poll(ends.data(), ends.size(), static_cast<int>(std::min(left, glance).count()));
            wait(WNOHANG); // before the output is read, so that nothing of it is missed
            write_some();
            if (!read_some()) {
                return "wrote more than 64 KiB";
            }
        }
        return nullptr;
    }

    [[nodiscard]] int status() const { return status_.value_or(0); }

    /// Whether it, or what it has started, took all of the input out of the pipe.
    [[nodiscard]] bool has_read_input() const {
        int unread_bytes = 0;
        return to_write_.empty() &&
               ::ioctl(input_.reading(), FIONREAD, &unread_bytes) == 0 && // NOLINT(*-vararg)
               unread_bytes == 0;
    }

    Secret take_output() { return Secret::take(std::move(text_)); }

private:
    void wait(int flags) {
        int status = 0;
        pid_t ended = 0;
        do {
            ended = ::waitpid(child_, &status, flags);
        } while (ended < 0 && errno == EINTR);
        if (ended == child_) {
            status_ = status;
        }
    }

    void write_some() {
        while (input_.writing() >= 0 && !to_write_.empty()) {
            const ssize_t count = ::write(input_.writing(), to_write_.data(), to_write_.size());
            if (count >= 0) {
                to_write_.remove_prefix(static_cast<std::size_t>(count));
            } else if (errno == EAGAIN) {
                return;
            } else if (errno != EINTR) {
                break;
            }
        }
        input_.close_writing();
    }

    /// False if there is too much of it.
    bool read_some() {
        while (output_.reading() >= 0) {
            const std::size_t before = text_.size();
            text_.resize(max_output_bytes + 1);
            const ssize_t count =
                ::read(output_.reading(), text_.data() + before, text_.size() - before);
            const int code = errno;
            text_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
            if (count > 0) {
                if (text_.size() > max_output_bytes) {
                    return false;
                }
            } else if (count < 0 && code == EAGAIN) {
                return true;
            } else if (count == 0 || code != EINTR) {
                output_.close_reading();
            }
        }
        return true;
    }

    pid_t child_;
    bool has_group_; // of which it is the first
    Pipe& input_;
    Pipe& output_;
    std::string_view to_write_;
    std::string text_;
    std::optional<int> status_;
};

class PosixProcesses final : public Processes {
public:
    Result<Finished> run(const Invocation& invocation) override {
        const auto& command = invocation.command;
        const auto deadline = SteadyClock::now() + invocation.time_limit;
        Pipe input;
        Pipe output;
        if (!input.valid() || !output.valid()) {
            return failure(command, "cannot be started: " + system_words(errno));
        }
        // Writing to a program that no longer reads is an error to look at, not our end.
        const SignalIgnored broken_pipes(SIGPIPE);
        std::optional<SignalIgnored> interrupts;
        std::optional<SignalIgnored> quits;
        if (invocation.has_terminal) {
            interrupts.emplace(SIGINT);
            quits.emplace(SIGQUIT);
        }
        pid_t child = 0;
        if (const int code = spawn(invocation, withheld(), input, output, child); code != 0) {
            return failure(command, "cannot be started: " + system_words(code));
        }
        output.close_writing();
        std::optional<EndsWithUs> ends_with_us;
        if (invocation.survives_interrupts) {
            ends_with_us.emplace(child);
        }
        Conversation conversation(child, input, output, invocation);
        if (const char* trouble = conversation.run_until(deadline)) {
            return failure(command, trouble);
        }
        if (!WIFEXITED(conversation.status())) {
            return failure(
                command, fmt::format("was ended by signal {}", WTERMSIG(conversation.status()))
            );
        }
        return Finished{
            .exit_code = WEXITSTATUS(conversation.status()),
            .output = conversation.take_output(),
            .has_read_input = conversation.has_read_input(),
        };
    }

    [[nodiscard]] bool can_find(const std::string& program) const override {
        if (program.find('/') != std::string::npos) {
            return is_executable(program);
        }
        const char* path = std::getenv("PATH");
        return path != nullptr && std::ranges::any_of(split(path, ":"), [&](const auto& folder) {
                   return is_executable(folder + "/" + program);
               });
    }

private:
    static bool is_executable(const std::string& path) {
        struct stat info = {};
        return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
               ::access(path.c_str(), X_OK) == 0;
    }
};

} // namespace

Result<Secret>
Processes::output_of(const std::vector<std::string>& command, std::chrono::seconds time_limit) {
    Finished finished = TRY(run({.command = command, .input = {}, .time_limit = time_limit}));
    if (finished.exit_code != 0) {
        return failure(command, fmt::format("failed with exit code {}", finished.exit_code));
    }
    return std::move(finished.output);
}

Processes& posix_processes() {
    static PosixProcesses processes;
    return processes;
}

} // namespace pveform
