// `pveform drift`: where the cluster is not as the documents declare it. For schedules: silent
// where there is nothing to say, and always with an exit code that tells.

#include <algorithm>
#include <iterator>

#include <fmt/ostream.h>

#include <CLI/CLI.hpp>

#include "base/text.hpp"
#include "cli/collisions.hpp"
#include "cli/commands.hpp"
#include "cli/credentials.hpp"
#include "cli/invalid.hpp"
#include "cli/live_file.hpp"
#include "cli/offline_plan.hpp"
#include "cli/outputs.hpp"
#include "cli/review.hpp"
#include "cli/session.hpp"
#include "cli/sight.hpp"
#include "plan/drift.hpp"
#include "plan/review.hpp"

namespace pveform::cli {

namespace {

struct Found {
    plan::Drift drift;
    render::DriftContext about;
};

std::unexpected<Errors> failed(Error error) {
    return std::unexpected(Errors{std::move(error)});
}

/// Of the cluster from what the documents say.
Collected<Found>
against_documents(const Options& options, const document::Loaded& sources, Context& context) {
    // What is wanted.
    const auto document = TRY(read_document(sources, options));
    if (auto apart = refuse_collisions(options, document, context); !apart) {
        return failed(std::move(apart).error());
    }
    if (options.live) {
        auto offline = TRY(plan_offline(options, document, context, plan::Purpose::look));
        return Found{plan::drift_of(std::move(offline.plan)), {std::move(offline.about)}};
    }
    // Where it is wanted, and who we are there.
    const auto connection = find_connection(options, document, context);
    if (!connection) {
        return failed(connection.error());
    }
    const auto credentials = find_credentials(options, context);
    if (!credentials) {
        return failed(credentials.error());
    }
    const std::string identity = identity_of(*credentials, document);
    // What is there; with a client that cannot write.
    const auto pve = live::connect_for_reading(
        *connection, *credentials, context.files, context.clock, context.trace.get()
    );
    if (!pve) {
        return failed(pve.error());
    }
    const auto view = live::fetch(**pve, identity);
    if (!view) {
        return failed(view.error());
    }
    warn_of_skew(*view, context);
    // What differs; nobody is about to write, so no guard has a say.
    auto plan = TRY(plan_for(options, document, *view, {}, context, plan::Purpose::look));
    if (auto done = review_plan(plan, options, document, *view, pve->get()); !done) {
        return failed(std::move(done).error());
    }
    return Found{
        plan::drift_of(std::move(plan)),
        {plan_context(options, document, *connection, *view, identity)}};
}

/// A comparison of two clusters would be nonsense.
Result<void> check_cluster(const formats::Snapshot& before, const Sight& sight) {
    if (before.cluster.empty() || sight.cluster.empty() || before.cluster == sight.cluster) {
        return {};
    }
    return std::unexpected(Error{
        .kind = ErrorKind::document,
        .message = fmt::format(
            "the snapshot is of cluster `{}`, and this is `{}`",
            printable(before.cluster),
            printable(sight.cluster)
        ),
        .help = "compare with a snapshot of the same cluster",
    });
}

std::string name_of(const formats::Snapshot& before, const Sight& sight) {
    for (const std::string& name : {sight.cluster, before.cluster, sight.endpoint}) {
        if (!name.empty()) {
            return name;
        }
    }
    return "without a name";
}

/// Of the cluster since the snapshot was taken; nobody needs to declare anything for that.
Collected<Found>
against_snapshot(const Options& options, const document::Loaded& sources, Context& context) {
    auto before = load_snapshot(*options.against, context);
    if (!before) {
        return failed(std::move(before).error());
    }
    auto sight = TRY(look(options, sources, context));
    if (auto same = check_cluster(*before, sight); !same) {
        return failed(std::move(same).error());
    }
    render::DriftContext about{
        .about =
            {
                .cluster = name_of(*before, sight),
                .version = sight.view.version,
                .identity = sight.view.reader,
                .origin = sight.origin,
                .secrets_place = {},
            },
        .against = fmt::format(
            "{}, taken {}", options.against->string(), format_rfc3339(before->taken_at)
        ),
    };
    std::set<AclPath> hidden_pools = std::move(before->hidden_pools);
    hidden_pools.merge(sight.view.hidden_pools);
    return Found{
        plan::drift_since(
            std::move(before->state),
            std::move(sight.view.state),
            sight.view.server_time.value_or(context.clock.now()),
            std::move(hidden_pools)
        ),
        std::move(about)};
}

/// To people only where there is something to say.
Errors show(const Found& found, const Outputs& outputs, const Options& options, Context& context) {
    const auto& [drift, about] = found;
    const bool is_news = drift.is_drifted() || !drift.blocks.empty() || options.show_unmanaged;
    if (outputs.speaks_text() && is_news) {
        fmt::print(context.out, "{}", render::drift_text(drift, about, context.out_style));
    }
    return outputs.write(render::DriftReport(drift, about), context);
}

} // namespace

void setup_drift(CLI::App& app, Options& options) {
    CLI::App* drift = app.add_subcommand(
        "drift",
        "Tell where the cluster is not as declared: exits with 2 if anywhere, silent if not"
    );
    CLI::Option* against = drift->add_option(
        "--against",
        options.against,
        "A snapshot, instead of documents: sees every change since but of realms"
    );
    against->option_text("SNAPSHOT");
    for (CLI::Option* flag : setup_selection(*drift, options)) {
        against->excludes(flag);
    }
    setup_live_file(*drift, options);
    setup_outputs(*drift, options);
}

ExitCode run_drift(const Options& options, Context& context) {
    const auto outputs = Outputs::prepare(options, true, context);
    if (!outputs) {
        return context.report(outputs.error());
    }
    const auto sources =
        options.against ? sources_for_look(options, context) : load_sources(options, context);
    const auto found = options.against ? against_snapshot(options, sources, context)
                                       : against_documents(options, sources, context);
    if (!found) {
        const std::string cluster = cluster_name_in(sources, options, context);
        return report_invalid("drift", found.error(), cluster, *outputs, context);
    }
    Errors errors = show(*found, *outputs, options, context);
    std::ranges::move(plan::undecided(found->drift.verdicts), std::back_inserter(errors));
    if (!errors.empty()) {
        return context.report(errors);
    }
    if (!found->drift.blocks.empty()) {
        return ExitCode::blocked;
    }
    return found->drift.is_drifted() ? ExitCode::changes_pending : ExitCode::done;
}

} // namespace pveform::cli
