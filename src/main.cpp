// argv → run → exit code.

#include <cstdlib>
#include <exception>
#include <iostream>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "cli/github.hpp"
#include "cli/run.hpp"
#include "system/hardening.hpp"

namespace {

std::optional<std::string> environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
}

/// What was written to the cluster is not forgotten over an exception.
pveform::cli::ExitCode
run_to_the_end(std::vector<std::string> arguments, pveform::cli::Context& context) {
    try {
        const auto code = pveform::cli::run(std::move(arguments), context);
        context.out.flush();
        return context.out ? code : context.without_output();
    } catch (const std::exception& error) {
        return context.broken_off(error);
    }
}

} // namespace

int main(int argc, char** argv) {
    pveform::open_standard_streams();
    pveform::keep_memory_private();
    pveform::make_failed_writes_errors();
    try {
        // Where a CI's runner takes lines for commands, only those that we mean are any.
        const bool is_read_by_runner = environment("GITHUB_ACTIONS") == "true";
        pveform::cli::InertText inert_out(*std::cout.rdbuf());
        pveform::cli::InertText inert_err(*std::cerr.rdbuf());
        const bool is_output_read = is_read_by_runner && !pveform::output_goes_to_a_file();
        std::ostream out(is_output_read ? &inert_out : std::cout.rdbuf());
        std::ostream err(is_read_by_runner ? &inert_err : std::cerr.rdbuf());
        std::cerr.tie(nullptr); // a failed flush of `out` by others than `out` would go unnoticed
        pveform::Terminal& terminal = pveform::standard_terminal();
        pveform::cli::Context context{
            .files = pveform::posix_file_system(),
            .processes = pveform::posix_processes(),
            .clock = pveform::system_clock(),
            .terminal = terminal,
            .environment = environment,
            .in = std::cin,
            .out = out,
            .err = err,
            .runner = std::cerr,
            .out_style = pveform::render::style_for(terminal.output_width(), environment),
            .err_style = pveform::render::style_for(terminal.error_width(), environment),
        };
        return static_cast<int>(
            run_to_the_end(std::vector<std::string>(argv + 1, argv + argc), context)
        );
    } catch (const std::exception& error) {
        std::cerr << "pveform: internal error: " << error.what() << '\n';
        return 1;
    }
}
