// `pveform validate`: the document alone, or against a state in a file; never with a cluster.

#include <fmt/ostream.h>

#include <CLI/CLI.hpp>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/live_file.hpp"
#include "cli/offline_plan.hpp"
#include "cli/session.hpp"

namespace pveform::cli {

namespace {

/// What stands in the way of the plan, as errors.
Errors blocks_of(const plan::Plan& plan) {
    Errors errors;
    for (const plan::Block& block : plan.blocks) {
        errors.push_back(Error{
            .kind = ErrorKind::blocked,
            .message = block.message,
            .span = block.span,
            .help = block.help,
        });
    }
    return errors;
}

/// Of the document as it would be applied to what `--live` names.
Errors
errors_against_live(const Options& options, const desired::Document& document, Context& context) {
    const auto offline = plan_offline(options, document, context);
    return offline ? blocks_of(offline->plan) : offline.error();
}

} // namespace

void setup_validate(CLI::App& app, Options& options) {
    CLI::App* validate = app.add_subcommand("validate", "Check the document; needs no cluster");
    validate->add_option("--as", options.as, "With --live: check the rights of who will apply it")
        ->option_text("USER[!TOKEN]");
    setup_live_file(*validate, options);
    setup_plan_flags(*validate, options);
}

ExitCode run_validate(const Options& options, Context& context) {
    const auto document = load_document(options, context);
    if (!document) {
        return context.report(document.error());
    }
    if (options.live) {
        const Errors errors = errors_against_live(options, *document, context);
        if (!errors.empty()) {
            return context.report(errors);
        }
    }
    if (!options.quiet) {
        fmt::print(
            context.out,
            "Valid{}: {}, {}, {}\n",
            options.live ? fmt::format(" for {}", options.live->string()) : std::string(),
            plural(document->users.size(), "user"),
            plural(document->groups.size(), "group"),
            plural(document->roles.size(), "role")
        );
    }
    return ExitCode::done;
}

} // namespace pveform::cli
