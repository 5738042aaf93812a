// `pveform version`.

#include <fmt/ostream.h>

#include <CLI/CLI.hpp>

#include "cli/commands.hpp"

namespace pveform::cli {

void setup_version(CLI::App& app) {
    app.add_subcommand("version", "Print the version");
}

ExitCode run_version(Context& context) {
    fmt::print(context.out, "pveform {}\n", PVEFORM_VERSION);
    return ExitCode::done;
}

} // namespace pveform::cli
