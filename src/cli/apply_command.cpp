// `pveform apply`: plan, approval, execution, and a last look at the result.

#include <algorithm>
#include <iterator>

#include <fmt/ostream.h>

#include <CLI/CLI.hpp>

#include "apply/execute.hpp"
#include "cli/collisions.hpp"
#include "cli/commands.hpp"
#include "cli/credentials.hpp"
#include "cli/invalid.hpp"
#include "cli/outputs.hpp"
#include "cli/passwords.hpp"
#include "cli/plan_file.hpp"
#include "cli/progress.hpp"
#include "cli/review.hpp"
#include "cli/secret_sink.hpp"
#include "cli/session.hpp"
#include "plan/review.hpp"
#include "render/diagnostics.hpp"
#include "render/receipt_text.hpp"
#include "render/report.hpp"
#include "saved/lock.hpp"
#include "system/interrupt.hpp"

namespace pveform::cli {

namespace {

/// What an apply carries along from one step of the pipeline to the next.
struct Run {
    const Options& options;
    const Outputs& outputs;
    const desired::Document& document;
    const Origin& origin;
    const saved::PlanFile* reviewed; // the plan to apply, where there is one
    live::Connection connection;
    live::Credentials credentials;
    std::string identity; // who they say we are
};

plan::Applier applier(const Run& run) {
    return running_applier(run.credentials, run.document);
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

/// What is there, what is missing, and what the document's policy and assertions say of it.
Collected<saved::SavedPlan> make_reviewable(
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
    return reviewable(
        std::move(plan),
        plan_context(run.options, run.document, run.connection, view, run.identity),
        run.origin,
        run.options
    );
}

/// Since the plan was made, somebody else may have changed the cluster.
Collected<saved::SavedPlan> plan_again(const Run& run, live::Transport& pve, Context& context) {
    const auto view = live::fetch(pve, run.identity);
    if (!view) {
        return std::unexpected(Errors{view.error()});
    }
    return make_reviewable(run, after_first_look(run.options), *view, pve, context);
}

/// Where what was reviewed is not what would be done now, this says so, and is what the command
/// comes to.
std::optional<ExitCode> refuse_outdated(
    const saved::SavedPlan& reviewed,
    const saved::SavedPlan& now,
    const Outputs& outputs,
    Context& context
) {
    constexpr std::size_t most_lines = 40;
    const std::vector<std::string> lines = saved::differences(reviewed, now);
    if (lines.empty()) {
        return std::nullopt;
    }
    const Errors unwritten =
        outputs.write(render::OutdatedReport(now.plan, now.about, lines), context);
    std::vector<std::string> notes = lines;
    if (notes.size() > most_lines) {
        notes.resize(most_lines);
        notes.push_back(
            fmt::format("and {} more (--format json has all)", lines.size() - most_lines)
        );
    }
    std::ranges::move(
        saved::differing_documents(reviewed.documents, now.documents), std::back_inserter(notes)
    );
    static_cast<void>(context.report(Error{
        .kind = ErrorKind::blocked,
        .message = now.plan.is_empty()
                       ? "the plan that was reviewed no longer holds: nothing is left to change"
                       : "the plan that was reviewed no longer holds",
        .help = "nothing was changed by this run; plan and review again",
        .notes = std::move(notes),
    }));
    return unwritten.empty() ? ExitCode::plan_outdated : context.report(unwritten);
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
            context.files,
            context.clock,
            context.trace.get()
        );
    };
}

bool was_locked_out(const apply::Receipt& receipt) {
    return std::ranges::any_of(receipt.results, [](const apply::StepResult& result) {
        return result.error && result.error->kind == ErrorKind::authentication;
    });
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
    context.may_have_written = true; // until a receipt says otherwise
    const apply::Receipt receipt = apply::execute(plan, tools);
    context.may_have_written = receipt.wrote();
    apply::Verification verification;
    Errors trouble;
    if (receipt.is_complete()) {
        const auto left = what_is_left(run, pve, context);
        verification = {.looked = left.has_value(), .left = left.value_or("")};
        trouble = left ? Errors() : left.error();
    }
    if (run.outputs.speaks_text()) {
        fmt::print(
            context.out,
            "{}",
            render::receipt_text(plan, about, receipt, verification, context.out_style)
        );
    }
    std::ranges::move(
        run.outputs.write(render::ApplyReport(plan, about, receipt, verification), context),
        std::back_inserter(trouble)
    );
    if (!trouble.empty()) {
        static_cast<void>(context.report(trouble));
    }
    if (verification.is_good() && receipt.secrets_work() && trouble.empty()) {
        return ExitCode::done;
    }
    if (receipt.wrote()) {
        return ExitCode::partly_applied;
    }
    return was_locked_out(receipt) ? ExitCode::no_access : ExitCode::failed;
}

/// Of a plan with nothing to send, with a guard in its way, or of which nobody knows whether what
/// the document claims holds.
ExitCode end_without_writes(
    const Run& run, const plan::Plan& plan, const render::PlanContext& about, Context& context
) {
    Errors errors = plan::undecided(plan);
    const bool is_blocked = !plan.blocks.empty() || !errors.empty();
    const apply::Receipt nothing;
    const apply::Verification good{.looked = true};
    std::ranges::move(
        is_blocked ? run.outputs.write(render::PlanReport(plan, about), context)
                   : run.outputs.write(render::ApplyReport(plan, about, nothing, good), context),
        std::back_inserter(errors)
    );
    if (!errors.empty()) {
        return context.report(errors);
    }
    return is_blocked ? ExitCode::blocked : ExitCode::done;
}

/// Whether it was written, where it was to be.
bool show(
    const plan::Plan& plan,
    const render::PlanContext& about,
    const Outputs& outputs,
    const Options& options,
    Context& context
) {
    const bool goes_ahead = plan.blocks.empty() && plan::undecided(plan).empty();
    if (options.quiet && goes_ahead && (options.auto_approve || plan.is_empty())) {
        return true; // the receipt says what was done
    }
    if (outputs.speaks_text()) {
        fmt::print(context.out, "{}", render::plan_text(plan, about, context.out_style));
        return context.out.flush().good();
    }
    if (options.auto_approve) {
        return true;
    }
    fmt::print(context.err, "{}", render::plan_text(plan, about, context.err_style));
    return context.err.flush().good(); // whoever is asked must have seen it
}

/// Asks, and plans once more right before the first write where time has passed since somebody
/// looked: a person answered, a plan was reviewed before, or a program was asked for a password.
/// Nothing where the plan is to be carried out; else what the command comes to.
std::optional<ExitCode> settle(
    const Run& run,
    saved::SavedPlan& planned,
    bool passwords_were_read,
    live::Transport& pve,
    Context& context
) {
    const auto approved = is_approved(run.options, context);
    if (!approved) {
        return context.report(approved.error());
    }
    if (!*approved) {
        fmt::print(context.err, "Not approved: nothing was changed.\n");
        return ExitCode::failed;
    }
    const bool nobody_looked = run.options.auto_approve && run.reviewed == nullptr;
    if (nobody_looked && !passwords_were_read) {
        return std::nullopt;
    }
    auto now = plan_again(run, pve, context);
    if (!now) {
        return context.report(now.error());
    }
    if (const auto outdated = refuse_outdated(planned, *now, run.outputs, context)) {
        return outdated;
    }
    if (const Errors undecided = plan::undecided(now->plan); !undecided.empty()) {
        return context.report(undecided);
    }
    planned = std::move(*now);
    return std::nullopt;
}

/// Holds a plan that was made anew against the one that was reviewed, where there is one.
std::optional<ExitCode> check_lock(const Run& run, const saved::SavedPlan& now, Context& context) {
    if (run.reviewed == nullptr || !plan::undecided(now.plan).empty()) {
        return std::nullopt;
    }
    const std::string name = name_of(*run.reviewed, now.created);
    if (!run.options.quiet) {
        fmt::print(context.err, "Applying {}\n", name);
    }
    const saved::SavedPlan& reviewed = run.reviewed->saved;
    const auto end = refuse_outdated(reviewed, now, run.outputs, context);
    if (!end && !run.options.quiet) { // it comes to the same, as far as plans are compared
        for (const auto& line : saved::differing_documents(reviewed.documents, now.documents)) {
            fmt::print(context.err, "note: {} since\n", line);
        }
    }
    return end;
}

ExitCode apply_document(Run run, Context& context) {
    // What is there, and what is missing.
    const auto pve = live::connect_for_writing(
        run.connection, run.credentials, context.files, context.clock, context.trace.get()
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
    const auto ahead = skew_of(view->server_time, context.clock); // now: somebody may think it over
    warn_of_skew(*view, context);
    warn_of_other_applier(run.document, run.identity, context);
    auto planned = make_reviewable(run, run.options, *view, **pve, context);
    if (!planned) {
        const std::string cluster = cluster_name(run.document, run.connection);
        return report_invalid("apply", planned.error(), cluster, run.outputs, context);
    }
    const plan::Plan& plan = planned->plan;
    const render::PlanContext& about = planned->about;
    if (const auto end = check_lock(run, *planned, context)) {
        return *end;
    }
    if (!show(plan, about, run.outputs, run.options, context)) {
        return ExitCode::failed; // that output is lost is said at the end
    }
    if (plan.is_empty() || !plan.blocks.empty() || !plan::undecided(plan).empty()) {
        return end_without_writes(run, plan, about, context);
    }
    // Everything that can be found wanting before the first write.
    auto passwords = read_initial_passwords(plan, run.document, context);
    if (!passwords) {
        return context.report(passwords.error());
    }
    const auto sink =
        open_secret_sink(run.options, run.document, about.cluster, plan.tokens_to_issue(), context);
    if (!sink) {
        return context.report(sink.error());
    }
    if (const auto end = settle(run, *planned, !passwords->empty(), **pve, context)) {
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
        .pve_is_ahead_s = ahead.value_or(0),
    };
    return carry_out(run, plan, about, **pve, tools, context);
}

} // namespace

void setup_apply(CLI::App& app, Options& options) {
    CLI::App* apply = app.add_subcommand("apply", "Make the cluster as the document says");
    CLI::Option* plan = apply->add_option(
        "plan", options.plan, "Only what this plan of `plan --out` says; without asking"
    );
    plan->option_text("PLAN");
    setup_digest(*apply, plan, options);
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
    setup_outputs(command, options);
}

namespace {

ExitCode apply_planned(const Options& options, const saved::PlanFile* reviewed, Context& context) {
    const auto outputs = Outputs::prepare(options, false, context);
    if (!outputs) {
        return context.report(outputs.error());
    }
    const auto sources = load_sources(options, context);
    const auto document = read_document(sources, options);
    if (!document) {
        const std::string cluster = cluster_name_in(sources, options, context);
        return report_invalid("apply", document.error(), cluster, *outputs, context);
    }
    if (const auto apart = refuse_collisions(options, *document, context); !apart) {
        return context.report(apart.error());
    }
    auto connection = find_connection(options, *document, context);
    if (!connection) {
        return context.report(connection.error());
    }
    auto credentials = find_credentials(options, context);
    if (!credentials) {
        return context.report(credentials.error());
    }
    const Origin origin{sources.trees, *document, lock_endpoint(options, *document, context)};
    std::string identity = identity_of(*credentials, *document);
    if (reviewed != nullptr) {
        const std::string name = document->cluster.name ? document->cluster.name->value : "";
        const auto belongs =
            saved::check_belongs(reviewed->saved, {name, origin.endpoint, identity});
        if (!belongs) {
            return context.report(belongs.error());
        }
    }
    return apply_document(
        Run{options,
            *outputs,
            *document,
            origin,
            reviewed,
            std::move(*connection),
            std::move(*credentials),
            std::move(identity)},
        context
    );
}

} // namespace

ExitCode run_apply(const Options& options, Context& context) {
    if (!options.plan) {
        return apply_planned(options, nullptr, context);
    }
    const auto reviewed = read_plan_file(*options.plan, context);
    if (!reviewed) {
        return context.report(reviewed.error());
    }
    if (options.digest && !reviewed->digest.starts_with(*options.digest)) {
        static_cast<void>(context.report(of_another_digest(*reviewed, options)));
        return ExitCode::plan_outdated;
    }
    auto planned = as_planned(options, reviewed->saved.request);
    if (!planned) {
        return context.report(planned.error());
    }
    if (const auto applicable = saved::check_is_applicable(reviewed->saved); !applicable) {
        return context.report(applicable.error());
    }
    if (const auto named = check_documents_are_named(reviewed->saved, options, context); !named) {
        return context.report(named.error());
    }
    planned->auto_approve = true; // it was reviewed
    return apply_planned(*planned, &*reviewed, context);
}

} // namespace pveform::cli
