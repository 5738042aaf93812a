// `pveform validate`: the document alone, or against a state in a file; never with a cluster.

#include <algorithm>
#include <iterator>

#include <fmt/ostream.h>

#include <CLI/CLI.hpp>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/invalid.hpp"
#include "cli/live_file.hpp"
#include "cli/offline_plan.hpp"
#include "cli/outputs.hpp"
#include "cli/session.hpp"
#include "plan/review.hpp"
#include "render/policy.hpp"
#include "render/validation.hpp"

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

/// The document as it would be applied to what `--live` names.
render::Validation
validate_live(const Options& options, const desired::Document& document, Context& context) {
    auto offline = plan_offline(options, document, context);
    if (!offline) {
        return {.errors = std::move(offline).error()};
    }
    plan::Plan& plan = offline->plan;
    render::Validation validation{
        .errors = blocks_of(plan),
        .findings = std::move(plan.findings),
        .verdicts = plan.verdicts,
    };
    std::ranges::move(plan::undecided(plan), std::back_inserter(validation.errors));
    return validation;
}

/// The document by itself. What it claims about access is for a cluster to say.
render::Validation validate_alone(const desired::Document& document, Context& context) {
    plan::Plan nothing;
    nothing.findings = policy::check_alone(document, context.clock.now());
    if (auto block = plan::policy_block(nothing.findings)) {
        nothing.blocks.push_back(std::move(*block));
    }
    return {
        .errors = blocks_of(nothing),
        .findings = std::move(nothing.findings),
        .untested_assertions = document.assertions.size(),
    };
}

render::Validation
validation_of(const document::Loaded& sources, const Options& options, Context& context) {
    const auto document = read_document(sources, options);
    if (!document) {
        return {.errors = document.error()};
    }
    render::Validation validation = options.live ? validate_live(options, *document, context)
                                                 : validate_alone(*document, context);
    validation.users = document->users.size();
    validation.groups = document->groups.size();
    validation.roles = document->roles.size();
    return validation;
}

/// What is worth saying about the access comes first: the errors may depend on it.
ExitCode show(const render::Validation& validation, const Options& options, Context& context) {
    fmt::print(
        context.out,
        "{}{}",
        render::findings_text(validation.findings, options.show_unmanaged, context.out_style),
        render::verdicts_text(validation.verdicts, context.out_style)
    );
    if (!validation.errors.empty()) {
        return context.report(validation.errors);
    }
    if (options.quiet) {
        return ExitCode::done;
    }
    fmt::print(
        context.out,
        "Valid{}: {}, {}, {}\n",
        options.live ? fmt::format(" for {}", options.live->string()) : std::string(),
        plural(validation.users, "user"),
        plural(validation.groups, "group"),
        plural(validation.roles, "role")
    );
    if (validation.untested_assertions > 0) {
        fmt::print(
            context.out,
            "{} not tested: that needs a state (`--live`) or a plan\n",
            plural(validation.untested_assertions, "assertion")
        );
    }
    return ExitCode::done;
}

ExitCode print_json(const render::Validation& validation, Context& context) {
    fmt::print(context.out, "{}", render::validation_json(validation));
    return validation.errors.empty() ? ExitCode::done : exit_code_for(validation.errors);
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
    const auto sources = load_sources(options, context);
    render::Validation validation = validation_of(sources, options, context);
    const std::string cluster = cluster_name_in(sources, options, context);
    std::ranges::move( // on GitHub; there are no other outputs
        write_invalid("validate", validation.errors, cluster, Outputs(), context),
        std::back_inserter(validation.errors)
    );
    return options.format == Format::json ? print_json(validation, context)
                                          : show(validation, options, context);
}

} // namespace pveform::cli
