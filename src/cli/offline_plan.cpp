#include "cli/offline_plan.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/live_file.hpp"
#include "cli/review.hpp"
#include "cli/secret_sink.hpp"
#include "cli/session.hpp"

namespace pveform::cli {

namespace {

/// A plan against another cluster than the document's would be nonsense.
Result<void> check_cluster(const desired::Document& document, const LiveFile& live) {
    const auto& name = document.cluster.name;
    if (!name || live.cluster.empty() || name->value == live.cluster) {
        return {};
    }
    return std::unexpected(Error{
        .kind = ErrorKind::document,
        .message = fmt::format(
            "the snapshot is of cluster `{}`, and the document is about `{}`",
            printable(live.cluster),
            printable(name->value)
        ),
        .span = name->span,
        .help = "use a snapshot that was taken with this document",
    });
}

std::string name_of_cluster(const desired::Document& document, const LiveFile& live) {
    if (document.cluster.name) {
        return document.cluster.name->value;
    }
    if (!live.cluster.empty()) {
        return live.cluster;
    }
    return live.endpoint.empty() ? "without a name" : live.endpoint;
}

} // namespace

Collected<OfflinePlan> plan_offline(
    const Options& options,
    const desired::Document& document,
    Context& context,
    plan::Purpose purpose
) {
    const auto live = load_live_view(options, context);
    if (!live) {
        return std::unexpected(Errors{live.error()});
    }
    if (auto same = check_cluster(document, *live); !same) {
        return std::unexpected(Errors{std::move(same).error()});
    }
    const auto applier = later_applier(options, document, {}, live->view.state);
    if (!applier) {
        return std::unexpected(Errors{applier.error()});
    }
    auto plan = TRY(plan_for(options, document, live->view, *applier, context, purpose));
    if (auto done = review_plan(plan, options, document, live->view, nullptr); !done) {
        return std::unexpected(Errors{std::move(done).error()});
    }
    return OfflinePlan{
        .plan = std::move(plan),
        .about =
            {
                .cluster = name_of_cluster(document, *live),
                .version = live->view.version,
                .identity = {},
                .origin = live->origin,
                .secrets_place = secrets_place(options, document).value_or(""),
                .show_unmanaged = options.show_unmanaged,
            },
    };
}

} // namespace pveform::cli
