// `pveform snapshot`: a cluster's access control as a file, for plans without credentials.

#include <fmt/ostream.h>

#include <CLI/CLI.hpp>

#include "base/text.hpp"
#include "cli/collisions.hpp"
#include "cli/commands.hpp"
#include "cli/sight.hpp"
#include "cli/written_file.hpp"
#include "formats/snapshot.hpp"

namespace pveform::cli {

void setup_snapshot(CLI::App& app, Options& options) {
    CLI::App* snapshot = app.add_subcommand(
        "snapshot", "Write down the cluster's access control, for `--live` (holds no secrets)"
    );
    snapshot->add_option("--out", options.out, "Instead of standard output (-); replaced if there")
        ->option_text("FILE");
}

namespace {

/// Empty for standard output. Whether it can be written is found out before the cluster is asked.
Result<std::filesystem::path> place_of_snapshot(const Options& options, Context& context) {
    if (!options.out || *options.out == standard_output) {
        return std::filesystem::path();
    }
    TRY(refuse_collisions(options, context));
    auto place = TRY(place_of_written(*options.out, "`-` is standard output", context));
    TRY(check_replaceable(context.files, place));
    return place;
}

} // namespace

ExitCode run_snapshot(const Options& options, Context& context) {
    const auto place = place_of_snapshot(options, context);
    if (!place) {
        return context.report(place.error());
    }
    const auto sight = look_at_cluster(options, context);
    if (!sight) {
        return context.report(sight.error());
    }
    const std::string text = formats::write_snapshot({
        .cluster = sight->cluster,
        .endpoint = sight->endpoint,
        .version = sight->view.version,
        .taken_at = context.clock.now(),
        .state = sight->view.state,
        .hidden_pools = sight->view.hidden_pools,
    });
    if (place->empty()) {
        fmt::print(context.out, "{}", text);
        return ExitCode::done;
    }
    if (const auto written = replace_shared_file(context.files, *place, text); !written) {
        return context.report(written.error());
    }
    if (!options.quiet) {
        const State& state = sight->view.state;
        fmt::print(
            context.out,
            "Wrote {}: {}, {}, {}\n",
            options.out->string(),
            plural(state.users.size(), "user"),
            plural(state.groups.size(), "group"),
            plural(state.acl.size(), "ACL entry")
        );
    }
    return ExitCode::done;
}

} // namespace pveform::cli
