// `pveform version`.

#include <fmt/ostream.h>

#include <CLI/CLI.hpp>

#include "cli/commands.hpp"

namespace pveform::cli {

void setup_version(CLI::App& app) {
    app.add_subcommand("version", "Print the version");
}

std::string version_text() {
    return fmt::format("pveform {}", PVEFORM_VERSION);
}

ExitCode run_version(Context& context) {
    fmt::print(context.out, "{}\n", version_text());
    return ExitCode::done;
}

} // namespace pveform::cli
