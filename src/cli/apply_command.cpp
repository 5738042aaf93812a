// `pveform apply`: plan, approval, execution, and a last look at the result.

#include <fmt/ostream.h>

#include <CLI/CLI.hpp>

#include "apply/execute.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/credentials.hpp"
#include "cli/passwords.hpp"
#include "cli/progress.hpp"
#include "cli/review.hpp"
#include "cli/secret_sink.hpp"
#include "cli/session.hpp"
#include "plan/comparison.hpp"
#include "plan/review.hpp"
#include "render/diagnostics.hpp"
#include "render/plan_json.hpp"
#include "render/receipt_text.hpp"
#include "system/interrupt.hpp"

namespace pveform::cli {

namespace {

/// What an apply carries along from one step of the pipeline to the next.
struct Run {
    const Options& options;
    const desired::Document& document;
    live::Connection connection;
    live::Credentials credentials;
    std::string identity; // who they say we are
};

plan::Applier applier(const Run& run) {
    return {.identity = user_or_token(run.identity), .is_certain = true};
}

/// Asks, unless that was settled on the command line.
Result<bool> is_approved(const Options& options, Context& context) {
    if (options.auto_approve) {
        return true;
    }
    if (!context.terminal.is_interactive()) {
        return std::unexpected(Error{
            .kind = ErrorKind::usage,
            .message = "nobody is there to approve the plan",
            .help = "run it in a terminal, or with `--auto-approve`",
        });
    }
    const auto answer = context.terminal.ask("\nApply these changes? Only `yes` is taken: ");
    return answer == "yes";
}

/// What was chosen then may be gone now.
Options after_first_look(Options options) {
    options.selection.may_match_nothing = true;
    return options;
}

/// Reads the cluster once more: what a plan that is made now would still change.
Collected<std::string> what_is_left(const Run& run, live::Transport& pve, Context& context) {
    const auto view = live::fetch(pve, run.identity);
    if (!view) {
        return std::unexpected(Errors{view.error()});
    }
    Options options = after_first_look(run.options);
    if (options.rotation.urgency == plan::Urgency::now) { // else all of them again
        options.rotation.urgency = plan::Urgency::due;
    }
    const auto plan = plan_for(options, run.document, *view, applier(run), context);
    if (!plan) {
        return std::unexpected(plan.error());
    }
    return plan->is_empty() ? std::string() : render::plan_summary(*plan);
}

/// What is missing, held against the document's policy and assertions.
Collected<plan::Plan> reviewed_plan(
    const Run& run,
    const Options& options,
    const live::View& view,
    live::ReadTransport& pve,
    Context& context
) {
    auto plan = TRY(plan_for(options, run.document, view, applier(run), context));
    if (auto done = review_plan(plan, options, run.document, view, &pve); !done) {
        return std::unexpected(Errors{std::move(done).error()});
    }
    return plan;
}

/// While a person read the plan, somebody else may have changed the cluster.
Collected<plan::Plan> plan_again(const Run& run, live::Transport& pve, Context& context) {
    const auto view = live::fetch(pve, run.identity);
    if (!view) {
        return std::unexpected(Errors{view.error()});
    }
    return reviewed_plan(run, after_first_look(run.options), *view, pve, context);
}

ExitCode report_outdated(std::vector<std::string> differences, Context& context) {
    static_cast<void>(context.report(Error{
        .kind = ErrorKind::blocked,
        .message = "the cluster was changed meanwhile: the plan that was shown no longer holds",
        .help = "nothing was changed by this run; look at the plan again",
        .notes = std::move(differences),
    }));
    return ExitCode::plan_outdated;
}

void warn_of_other_applier(const Run& run, Context& context) {
    const auto& expected = run.document.cluster.apply_as;
    if (expected && expected->value != run.identity) {
        fmt::print(
            context.err,
            "{} the document says that `{}` applies it, and this is `{}`; rights and own access "
            "are "
            "judged for the latter\n",
            render::paint(context.err_style, render::Paint::warning, "warning:"),
            printable(expected->value),
            printable(run.identity)
        );
    }
}

/// How new secrets are tried; not at all where that was said, or where a gateway puts credentials
/// of its own in the place of ours.
apply::ConnectAs connect_as(const Run& run, Context& context) {
    const bool is_gateway = std::holds_alternative<live::NoCredentials>(run.credentials);
    if (run.options.no_verify_secrets || is_gateway) {
        return {};
    }
    return [&run, &context](const TokenId& id, const Secret& secret) {
        return live::connect_for_reading(
            run.connection,
            live::ApiToken{id.text(), secret.clone()},
            context.clock,
            context.trace.get()
        );
    };
}

/// Executes an approved plan and tells what became of it.
ExitCode carry_out(
    const Run& run,
    const plan::Plan& plan,
    const render::PlanContext& about,
    live::Transport& pve,
    apply::Tools& tools,
    Context& context
) {
    const apply::Receipt receipt = apply::execute(plan, tools);
    context.may_have_written = receipt.wrote();
    apply::Verification verification;
    Errors trouble;
    if (receipt.is_complete()) {
        const auto left = what_is_left(run, pve, context);
        verification = {.looked = left.has_value(), .left = left.value_or("")};
        trouble = left ? Errors() : left.error();
    }
    if (run.options.format == Format::json) {
        fmt::print(context.out, "{}", render::apply_json(plan, about, receipt, verification));
    } else {
        fmt::print(
            context.out,
            "{}",
            render::receipt_text(plan, about, receipt, verification, context.out_style)
        );
    }
    if (!trouble.empty()) {
        static_cast<void>(context.report(trouble));
    }
    if (verification.is_good() && receipt.secrets_work()) {
        return ExitCode::done;
    }
    return receipt.wrote() ? ExitCode::partly_applied : ExitCode::failed;
}

/// Of a plan with nothing to send, with a guard in its way, or of which nobody knows whether what
/// the document claims holds.
ExitCode end_without_writes(
    const Run& run, const plan::Plan& plan, const render::PlanContext& about, Context& context
) {
    const Errors unknown = plan::undecided(plan);
    const bool is_blocked = !plan.blocks.empty() || !unknown.empty();
    if (run.options.format == Format::json) {
        fmt::print(
            context.out,
            "{}",
            is_blocked ? render::plan_json(plan, about)
                       : render::apply_json(plan, about, {}, {.looked = true})
        );
    }
    if (!unknown.empty()) {
        return context.report(unknown);
    }
    return is_blocked ? ExitCode::blocked : ExitCode::done;
}

void show(
    const plan::Plan& plan,
    const render::PlanContext& about,
    const Options& options,
    Context& context
) {
    const bool goes_ahead = plan.blocks.empty() && plan::undecided(plan).empty();
    if (options.quiet && goes_ahead && (options.auto_approve || plan.is_empty())) {
        return; // the receipt says what was done
    }
    if (options.format == Format::text) {
        fmt::print(context.out, "{}", render::plan_text(plan, about, context.out_style));
        context.out.flush();
    } else if (!options.auto_approve) { // whoever is asked must have seen it
        fmt::print(context.err, "{}", render::plan_text(plan, about, context.err_style));
        context.err.flush();
    }
}

/// Asks, and plans once more where a person took the time to answer. Nothing where the plan is to
/// be carried out; else what the command comes to.
std::optional<ExitCode>
settle(const Run& run, plan::Plan& plan, live::Transport& pve, Context& context) {
    const auto approved = is_approved(run.options, context);
    if (!approved) {
        return context.report(approved.error());
    }
    if (!*approved) {
        fmt::print(context.err, "Not approved: nothing was changed.\n");
        return ExitCode::failed;
    }
    if (run.options.auto_approve) {
        return std::nullopt;
    }
    auto now = plan_again(run, pve, context);
    if (!now) {
        return context.report(now.error());
    }
    if (auto lines = plan::differences(plan, *now); !lines.empty()) {
        return report_outdated(std::move(lines), context);
    }
    plan = std::move(*now);
    return std::nullopt;
}

ExitCode apply_document(Run run, Context& context) {
    // What is there, and what is missing.
    const auto pve = live::connect_for_writing(
        run.connection, run.credentials, context.clock, context.trace.get()
    );
    if (!pve) {
        return context.report(pve.error());
    }
    const auto view = live::fetch(**pve, run.identity);
    if (!view) {
        return context.report(view.error());
    }
    if (run.identity.empty()) { // else its rights and its own access could not be looked at
        return context.report(Error{
            .kind = ErrorKind::usage,
            .message = "who is pveform to PVE? The gateway adds the credentials",
            .help = "name the user or token in the document: `cluster: { apply_as: … }`",
        });
    }
    warn_of_skew(*view, context);
    warn_of_other_applier(run, context);
    auto plan = reviewed_plan(run, run.options, *view, **pve, context);
    if (!plan) {
        return context.report(plan.error());
    }
    const auto about = plan_context(run.options, run.document, run.connection, *view, run.identity);
    show(*plan, about, run.options, context);
    if (plan->is_empty() || !plan->blocks.empty() || !plan::undecided(*plan).empty()) {
        return end_without_writes(run, *plan, about, context);
    }
    // Everything that can be found wanting before the first write.
    auto passwords = read_initial_passwords(*plan, run.document, context);
    if (!passwords) {
        return context.report(passwords.error());
    }
    const auto sink = open_secret_sink(
        run.options, run.document, about.cluster, plan->tokens_to_issue(), context
    );
    if (!sink) {
        return context.report(sink.error());
    }
    if (const auto end = settle(run, *plan, **pve, context)) {
        return *end;
    }
    // From here on, Ctrl-C finishes the request in flight and ends with a receipt.
    const InterruptGuard interrupts;
    const auto progress = make_progress(run.options, context);
    apply::Tools tools{
        .transport = **pve,
        .identity = run.identity,
        .files = context.files,
        .clock = context.clock,
        .progress = *progress,
        .sink = sink->get(),
        .spool_folder = spool_folder(context),
        .cluster = about.cluster,
        .initial_passwords = std::move(*passwords),
        .interrupted = &InterruptGuard::is_requested,
        .connect_as = connect_as(run, context),
        .all_pools_known = view->hidden_pools.empty(),
    };
    return carry_out(run, *plan, about, **pve, tools, context);
}

} // namespace

void setup_apply(CLI::App& app, Options& options) {
    CLI::App* apply = app.add_subcommand("apply", "Make the cluster as the document says");
    setup_apply_flags(*apply, options);
    setup_plan_flags(*apply, options);
}

void setup_apply_flags(CLI::App& command, Options& options) {
    command.add_flag(
        "--auto-approve,--yes", options.auto_approve, "Do not ask before the first change"
    );
    command.add_flag(
        "--no-verify-secrets", options.no_verify_secrets, "Do not try new secrets once"
    );
}

ExitCode run_apply(const Options& options, Context& context) {
    const auto document = load_document(options, context);
    if (!document) {
        return context.report(document.error());
    }
    auto connection = find_connection(options, *document, context);
    if (!connection) {
        return context.report(connection.error());
    }
    auto credentials = find_credentials(options, context);
    if (!credentials) {
        return context.report(credentials.error());
    }
    std::string identity = identity_of(*credentials, *document);
    return apply_document(
        Run{options,
            *document,
            std::move(*connection),
            std::move(*credentials),
            std::move(identity)},
        context
    );
}

} // namespace pveform::cli
