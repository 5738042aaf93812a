#include "system/terminal.hpp"

#include <cstdio>
#include <iostream>
#include <unistd.h>

namespace pveform {

namespace {

class StandardTerminal final : public Terminal {
public:
    [[nodiscard]] bool is_interactive() const override {
        return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;
    }

    [[nodiscard]] bool output_is_terminal() const override { return ::isatty(STDOUT_FILENO) == 1; }

    std::optional<std::string> ask(std::string_view question) override {
        std::cout.flush();
        std::cerr << question << std::flush;
        std::string line;
        if (!std::getline(std::cin, line)) {
            return std::nullopt;
        }
        return line;
    }
};

} // namespace

Terminal& standard_terminal() {
    static StandardTerminal terminal;
    return terminal;
}

} // namespace pveform
