// `pveform apply`: plan, approval, execution, and a last look at the result.

#include <fmt/ostream.h>

#include <CLI/CLI.hpp>

#include "apply/execute.hpp"
#include "cli/commands.hpp"
#include "cli/credentials.hpp"
#include "cli/passwords.hpp"
#include "cli/progress.hpp"
#include "cli/review.hpp"
#include "cli/secret_sink.hpp"
#include "cli/session.hpp"
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

/// Reads the cluster once more: whether a plan made now is empty.
Collected<bool> is_verified(const Run& run, live::Transport& pve, Context& context) {
    const auto view = live::fetch(pve, run.identity);
    if (!view) {
        return std::unexpected(Errors{view.error()});
    }
    Options options = run.options;
    if (options.rotation.urgency == plan::Urgency::now) { // else all of them again
        options.rotation.urgency = plan::Urgency::due;
    }
    const auto plan = plan_for(options, run.document, *view, applier(run), context);
    if (!plan) {
        return std::unexpected(plan.error());
    }
    return plan->is_empty();
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
    bool verified = false;
    Errors trouble;
    if (receipt.is_complete()) {
        const auto check = is_verified(run, pve, context);
        verified = check && *check && receipt.secrets_work();
        trouble = check ? Errors() : check.error();
    }
    if (run.options.format == Format::json) {
        fmt::print(context.out, "{}", render::apply_json(plan, about, receipt, verified));
    } else {
        fmt::print(
            context.out,
            "{}",
            render::receipt_text(plan, about, receipt, verified, context.out_style)
        );
    }
    if (!trouble.empty()) {
        static_cast<void>(context.report(trouble));
    }
    if (verified) {
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
            is_blocked ? render::plan_json(plan, about) : render::apply_json(plan, about, {}, true)
        );
    }
    if (!unknown.empty()) {
        return context.report(unknown);
    }
    return is_blocked ? ExitCode::blocked : ExitCode::done;
}

/// What is missing, held against the document's policy and assertions.
Collected<plan::Plan>
reviewed_plan(const Run& run, const live::View& view, live::ReadTransport& pve, Context& context) {
    auto plan = TRY(plan_for(run.options, run.document, view, applier(run), context));
    if (auto done = review_plan(plan, run.options, run.document, view, &pve); !done) {
        return std::unexpected(Errors{std::move(done).error()});
    }
    return plan;
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
    const auto plan = reviewed_plan(run, *view, **pve, context);
    if (!plan) {
        return context.report(plan.error());
    }
    const auto about = plan_context(run.options, run.document, run.connection, *view, run.identity);
    if (run.options.format == Format::text) {
        fmt::print(context.out, "{}", render::plan_text(*plan, about, context.out_style));
        context.out.flush();
    }
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
    const auto approved = is_approved(run.options, context);
    if (!approved) {
        return context.report(approved.error());
    }
    if (!*approved) {
        fmt::print(context.err, "Not approved: nothing was changed.\n");
        return ExitCode::failed;
    }
    // From here on, Ctrl-C finishes the request in flight and ends with a receipt.
    const InterruptGuard interrupts;
    PlainProgress progress(context.err, context.err_style, run.options.quiet);
    apply::Tools tools{
        .transport = **pve,
        .identity = run.identity,
        .files = context.files,
        .clock = context.clock,
        .progress = progress,
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
