// `pveform validate`: the document alone, without a cluster.

#include <fmt/ostream.h>

#include <CLI/CLI.hpp>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/session.hpp"

namespace pveform::cli {

void setup_validate(CLI::App& app, Options&) {
    app.add_subcommand("validate", "Check the document; needs no cluster");
}

ExitCode run_validate(const Options& options, Context& context) {
    const auto document = load_document(options, context);
    if (!document) {
        return context.report(document.error());
    }
    if (!options.quiet) {
        fmt::print(
            context.out,
            "Valid: {}, {}, {}\n",
            plural(document->users.size(), "user"),
            plural(document->groups.size(), "group"),
            plural(document->roles.size(), "role")
        );
    }
    return ExitCode::done;
}

} // namespace pveform::cli
