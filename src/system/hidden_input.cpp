#include "system/hidden_input.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <poll.h>
#include <string>
#include <string_view>
#include <termios.h>
#include <unistd.h>

namespace pveform {

namespace {

/// What a line discipline holds at most.
constexpr std::size_t max_line_bytes = 4096;

/// Which of the caught signals came; 0 for none.
volatile std::sig_atomic_t signal_that_came = 0;

void note(int signal) {
    signal_that_came = signal;
}

/// While one exists, signals that would end or stop the process wait, but for those that come
/// during `await`: they are noted and end it.
class SignalsNoted {
public:
    SignalsNoted() {
        signal_that_came = 0;
        sigset_t ours = {};
        ::sigemptyset(&ours);
        for (const int signal : signals) {
            ::sigaddset(&ours, signal);
        }
        ::pthread_sigmask(SIG_BLOCK, &ours, &mask_before_);
        struct sigaction action = {};
        action.sa_handler = &note;
        for (std::size_t i = 0; i < signals.size(); ++i) {
            ::sigaction(signals.at(i), nullptr, &before_.at(i));
            if (before_.at(i).sa_handler != SIG_IGN) {
                ::sigaction(signals.at(i), &action, nullptr);
            }
        }
    }

    SignalsNoted(const SignalsNoted&) = delete;
    SignalsNoted& operator=(const SignalsNoted&) = delete;

    ~SignalsNoted() {
        for (std::size_t i = 0; i < signals.size(); ++i) {
            ::sigaction(signals.at(i), &before_.at(i), nullptr);
        }
        ::pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
    }

    /// Until there is a line to read; false where a signal came first.
    [[nodiscard]] bool await(int terminal) const {
        pollfd input = {.fd = terminal, .events = POLLIN, .revents = 0};
        while (::ppoll(&input, 1, nullptr, &mask_before_) < 0) {
            if (errno != EINTR || signal_that_came != 0) {
                return false;
            }
        }
        return true;
    }

private:
    static constexpr std::array signals = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
    std::array<struct sigaction, signals.size()> before_ = {};
    sigset_t mask_before_ = {};
};

/// While one exists, the terminal shows nothing of what is typed but the end of the line.
class EchoOff {
public:
    explicit EchoOff(int terminal) : terminal_(terminal) {
        is_changed_ = ::tcgetattr(terminal_, &before_) == 0;
        if (is_changed_) {
            termios silent = before_;
            silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
            silent.c_lflag |= static_cast<tcflag_t>(ECHONL);
            ::tcsetattr(terminal_, TCSAFLUSH, &silent);
        }
    }

    EchoOff(const EchoOff&) = delete;
    EchoOff& operator=(const EchoOff&) = delete;

    ~EchoOff() {
        if (is_changed_) {
            ::tcsetattr(terminal_, TCSAFLUSH, &before_);
        }
    }

private:
    int terminal_;
    termios before_ = {};
    bool is_changed_ = false;
};

/// A terminal gives one line at a time.
std::optional<Secret> read_line(int terminal) {
    std::string line(max_line_bytes, '\0');
    const ssize_t count = ::read(terminal, line.data(), line.size());
    std::optional<Secret> result;
    if (count > 0) {
        const std::string_view text(line.data(), static_cast<std::size_t>(count));
        result.emplace(text.substr(0, text.find('\n')));
    }
    wipe(line);
    return result;
}

} // namespace

std::optional<Secret> read_hidden_line(int terminal) {
    while (true) {
        std::optional<Secret> line;
        {
            const SignalsNoted signals;
            const EchoOff silence(terminal);
            line = signals.await(terminal) ? read_line(terminal) : std::nullopt;
        }
        const int signal = signal_that_came;
        if (signal == 0) {
            return line;
        }
        ::raise(signal);
        if (signal != SIGTSTP) { // else we were stopped and go on now
            return std::nullopt;
        }
    }
}

} // namespace pveform
