#include "system/terminal.hpp"

#include <iostream>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "system/ancestors.hpp"
#include "system/hidden_input.hpp"

namespace pveform {

namespace {

/// Some terminals do not say how wide they are.
constexpr std::size_t usual_width = 80;

std::optional<std::size_t> width_of(int descriptor) {
    if (::isatty(descriptor) != 1) {
        return std::nullopt;
    }
    winsize size = {};
    const bool told = ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0; // NOLINT
    return told ? size.ws_col : usual_width;
}

bool is_file(int descriptor) {
    struct stat info = {};
    return ::fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode);
}

class StandardTerminal final : public Terminal {
public:
    [[nodiscard]] bool is_interactive() const override {
        return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;
    }

    [[nodiscard]] std::optional<std::size_t> output_width() const override {
        return width_of(STDOUT_FILENO);
    }

    [[nodiscard]] std::optional<std::size_t> error_width() const override {
        return width_of(STDERR_FILENO);
    }

    [[nodiscard]] std::optional<std::size_t> output_height() const override {
        winsize size = {};
        const bool told = ::isatty(STDOUT_FILENO) == 1 &&
                          ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && // NOLINT
                          size.ws_row > 0;
        return told ? std::optional<std::size_t>(size.ws_row) : std::nullopt;
    }

    [[nodiscard]] bool errors_go_to_a_file() const override { return is_file(STDERR_FILENO); }

    [[nodiscard]] bool errors_reach_starter_of(std::string_view variable) const override {
        return pveform::errors_reach_starter_of(variable);
    }

    [[nodiscard]] bool output_lost_its_reader() const override {
        pollfd output = {.fd = STDOUT_FILENO, .events = 0, .revents = 0};
        return ::poll(&output, 1, 0) == 1 && (output.revents & (POLLERR | POLLHUP)) != 0;
    }

    std::optional<std::string> ask(std::string_view question) override {
        std::cout.flush();
        std::cerr << question << std::flush;
        std::string line;
        if (!std::getline(std::cin, line)) {
            return std::nullopt;
        }
        return line;
    }

    std::optional<Secret> ask_secret(std::string_view question) override {
        std::cout.flush();
        std::cerr << question << std::flush;
        return read_hidden_line(STDIN_FILENO);
    }
};

} // namespace

Terminal& standard_terminal() {
    static StandardTerminal terminal;
    return terminal;
}

bool output_goes_to_a_file() {
    return is_file(STDOUT_FILENO);
}

} // namespace pveform
