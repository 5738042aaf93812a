// `pveform plan`: what apply would change, found out with a client that cannot write.

#include <algorithm>
#include <iterator>

#include <fmt/ostream.h>

#include <CLI/CLI.hpp>

#include "cli/collisions.hpp"
#include "cli/commands.hpp"
#include "cli/credentials.hpp"
#include "cli/invalid.hpp"
#include "cli/live_file.hpp"
#include "cli/offline_plan.hpp"
#include "cli/outputs.hpp"
#include "cli/plan_file.hpp"
#include "cli/review.hpp"
#include "cli/session.hpp"
#include "cli/written_file.hpp"
#include "plan/review.hpp"

namespace pveform::cli {

void setup_plan(CLI::App& app, Options& options) {
    CLI::App* plan = app.add_subcommand("plan", "Show what apply would change");
    plan->alias("diff");
    plan->add_flag(
        "--detailed-exitcode", options.detailed_exitcode, "Exit with 2 if there are changes"
    );
    plan->add_option(
            "--out", options.out, "Save the plan, for `show` and `apply`; replaced if there"
    )
        ->option_text("FILE");
    plan->add_option("--as", options.as, "Check the rights of who will apply it")
        ->option_text("USER[!TOKEN]");
    setup_plan_flags(*plan, options);
    setup_outputs(*plan, options);
    setup_live_file(*plan, options);
}

namespace {

/// Where the reports go; and the plan, if it is saved, could be written.
Result<Outputs> prepare_outputs(const Options& options, Context& context) {
    auto outputs = TRY(Outputs::prepare(options, true, context));
    if (options.out) {
        const auto place = TRY(place_of_plan(*options.out, context));
        TRY(check_replaceable(context.files, place));
    }
    return outputs;
}

ExitCode show(
    const saved::SavedPlan& planned,
    const Outputs& outputs,
    const Options& options,
    Context& context
) {
    const plan::Plan& plan = planned.plan;
    const bool is_worth_a_word = !plan.is_empty() || !plan.blocks.empty();
    if (outputs.speaks_text() && (!options.quiet || is_worth_a_word)) {
        fmt::print(context.out, "{}", render::plan_text(plan, planned.about, context.out_style));
    }
    if (options.out) {
        const auto digest = save_plan(planned, *options.out, context);
        if (!digest) {
            return context.report(digest.error());
        }
        if (!options.quiet) {
            context.out.flush();
            fmt::print(
                context.err,
                "Saved the plan to {}; its digest is {}\n",
                options.out->string(),
                *digest
            );
        }
    }
    Errors errors = outputs.write(render::PlanReport(plan, planned.about), context);
    std::ranges::move(plan::undecided(plan), std::back_inserter(errors));
    if (!errors.empty()) {
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
    // Where the results go.
    const auto outputs = prepare_outputs(options, context);
    if (!outputs) {
        return context.report(outputs.error());
    }
    // What is wanted.
    const auto sources = load_sources(options, context);
    const std::string cluster = cluster_name_in(sources, options, context);
    const auto document = read_document(sources, options);
    if (!document) {
        return report_invalid("plan", document.error(), cluster, *outputs, context);
    }
    if (const auto apart = refuse_collisions(options, *document, context); !apart) {
        return context.report(apart.error());
    }
    const Origin origin{sources.trees, *document, lock_endpoint(options, *document, context)};
    if (options.live) {
        auto offline = plan_offline(options, *document, context);
        return offline ? show(
                             reviewable(std::move(offline->plan), offline->about, origin, options),
                             *outputs,
                             options,
                             context
                         )
                       : report_invalid("plan", offline.error(), cluster, *outputs, context);
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
    const auto pve = live::connect_for_reading(
        *connection, *credentials, context.files, context.clock, context.trace.get()
    );
    if (!pve) {
        return context.report(pve.error());
    }
    const auto view = live::fetch(**pve, identity);
    if (!view) {
        return context.report(view.error());
    }
    warn_of_skew(*view, context);
    // What is missing.
    const auto applier =
        later_applier(options, *document, running_applier(*credentials, *document), view->state);
    if (!applier) {
        return context.report(applier.error());
    }
    auto plan = plan_for(options, *document, *view, *applier, context);
    if (!plan) {
        return report_invalid("plan", plan.error(), cluster, *outputs, context);
    }
    // What is unwise about it, or not as the document claims.
    if (const auto done = review_plan(*plan, options, *document, *view, pve->get()); !done) {
        return context.report(done.error());
    }
    auto about = plan_context(options, *document, *connection, *view, identity);
    return show(
        reviewable(std::move(*plan), std::move(about), origin, options), *outputs, options, context
    );
}

} // namespace pveform::cli
