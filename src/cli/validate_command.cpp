// `pveform validate`: the document alone, or against a state in a file; never with a cluster.

#include <algorithm>
#include <iterator>

#include <fmt/ostream.h>

#include <CLI/CLI.hpp>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/live_file.hpp"
#include "cli/offline_plan.hpp"
#include "cli/session.hpp"
#include "plan/review.hpp"
#include "render/policy.hpp"

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

/// What is worth saying about the access, on which the errors may depend.
void show(const plan::Plan& plan, const Options& options, Context& context) {
    fmt::print(
        context.out,
        "{}{}",
        render::findings_text(plan.findings, options.show_unmanaged, context.out_style),
        render::verdicts_text(plan.verdicts, context.out_style)
    );
}

/// Of the document as it would be applied to what `--live` names.
Errors
errors_against_live(const Options& options, const desired::Document& document, Context& context) {
    const auto offline = plan_offline(options, document, context);
    if (!offline) {
        return offline.error();
    }
    show(offline->plan, options, context);
    Errors errors = blocks_of(offline->plan);
    std::ranges::move(plan::undecided(offline->plan), std::back_inserter(errors));
    return errors;
}

/// Of the document by itself. What it claims about access is for a cluster to say.
Errors errors_alone(const Options& options, const desired::Document& document, Context& context) {
    plan::Plan nothing;
    nothing.findings = policy::check_alone(document, context.clock.now());
    show(nothing, options, context);
    if (auto block = plan::policy_block(nothing.findings)) {
        nothing.blocks.push_back(std::move(*block));
    }
    return blocks_of(nothing);
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
    const Errors errors = options.live ? errors_against_live(options, *document, context)
                                       : errors_alone(options, *document, context);
    if (!errors.empty()) {
        return context.report(errors);
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
        if (!options.live && !document->assertions.empty()) {
            fmt::print(
                context.out,
                "{} not tested: that needs a state (`--live`) or a plan\n",
                plural(document->assertions.size(), "assertion")
            );
        }
    }
    return ExitCode::done;
}

} // namespace pveform::cli
