// `pveform plan`: what apply would change, found out with a client that cannot write.

#include <fmt/ostream.h>

#include <CLI/CLI.hpp>

#include "cli/commands.hpp"
#include "cli/credentials.hpp"
#include "cli/live_file.hpp"
#include "cli/offline_plan.hpp"
#include "cli/review.hpp"
#include "cli/session.hpp"
#include "plan/review.hpp"
#include "render/plan_json.hpp"

namespace pveform::cli {

void setup_plan(CLI::App& app, Options& options) {
    CLI::App* plan = app.add_subcommand("plan", "Show what apply would change");
    plan->alias("diff");
    plan->add_flag(
        "--detailed-exitcode", options.detailed_exitcode, "Exit with 2 if there are changes"
    );
    plan->add_option("--as", options.as, "Check the rights of who will apply it")
        ->option_text("USER[!TOKEN]");
    setup_plan_flags(*plan, options);
    setup_live_file(*plan, options);
}

namespace {

ExitCode show(
    const plan::Plan& plan,
    const render::PlanContext& about,
    const Options& options,
    Context& context
) {
    if (options.format == Format::json) {
        fmt::print(context.out, "{}", render::plan_json(plan, about));
    } else if (!options.quiet || !plan.is_empty() || !plan.blocks.empty()) {
        fmt::print(context.out, "{}", render::plan_text(plan, about, context.out_style));
    }
    if (const Errors errors = plan::undecided(plan); !errors.empty()) {
        return context.report(errors);
    }
    if (!plan.blocks.empty()) {
        return ExitCode::blocked;
    }
    return options.detailed_exitcode && !plan.is_empty() ? ExitCode::changes_pending
                                                         : ExitCode::done;
}

} // namespace

ExitCode run_plan(const Options& options, Context& context) {
    // What is wanted.
    const auto document = load_document(options, context);
    if (!document) {
        return context.report(document.error());
    }
    if (options.live) {
        const auto offline = plan_offline(options, *document, context);
        return offline ? show(offline->plan, offline->about, options, context)
                       : context.report(offline.error());
    }
    // Where it is wanted, and who we are there.
    const auto connection = find_connection(options, *document, context);
    if (!connection) {
        return context.report(connection.error());
    }
    const auto credentials = find_credentials(options, context);
    if (!credentials) {
        return context.report(credentials.error());
    }
    const std::string identity = identity_of(*credentials, *document);
    // What is there; with a client that cannot write.
    const auto pve =
        live::connect_for_reading(*connection, *credentials, context.clock, context.trace.get());
    if (!pve) {
        return context.report(pve.error());
    }
    const auto view = live::fetch(**pve, identity);
    if (!view) {
        return context.report(view.error());
    }
    warn_of_skew(*view, context);
    // What is missing.
    auto plan =
        plan_for(options, *document, *view, later_applier(options, *document, identity), context);
    if (!plan) {
        return context.report(plan.error());
    }
    // What is unwise about it, or not as the document claims.
    if (const auto done = review_plan(*plan, options, *document, *view, pve->get()); !done) {
        return context.report(done.error());
    }
    const auto about = plan_context(options, *document, *connection, *view, identity);
    return show(*plan, about, options, context);
}

} // namespace pveform::cli
