// argv → run → exit code.

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "cli/run.hpp"
#include "system/hardening.hpp"

namespace {

std::optional<std::string> environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
}

} // namespace

int main(int argc, char** argv) {
    pveform::keep_memory_private();
    pveform::make_failed_writes_errors();
    try {
        pveform::Terminal& terminal = pveform::standard_terminal();
        pveform::cli::Context context{
            .files = pveform::posix_file_system(),
            .processes = pveform::posix_processes(),
            .clock = pveform::system_clock(),
            .terminal = terminal,
            .environment = environment,
            .in = std::cin,
            .out = std::cout,
            .err = std::cerr,
            .out_style = pveform::render::style_for(terminal.output_width(), environment),
            .err_style = pveform::render::style_for(terminal.error_width(), environment),
        };
        const auto code =
            pveform::cli::run(std::vector<std::string>(argv + 1, argv + argc), context);
        std::cout.flush();
        return static_cast<int>(std::cout ? code : context.without_output());
    } catch (const std::exception& error) {
        std::cerr << "pveform: internal error: " << error.what() << '\n';
        return 1;
    }
}
