// `pveform init`: a first document, of a live cluster or empty, with comments that teach.

#include <fmt/ostream.h>

#include <CLI/CLI.hpp>

#include "cli/commands.hpp"
#include "cli/first_document.hpp"
#include "cli/live_file.hpp"
#include "cli/new_documents.hpp"
#include "cli/sight.hpp"
#include "cli/written_file.hpp"

namespace pveform::cli {

namespace {

namespace fs = std::filesystem;

/// As a document in `folder` writes it.
Result<std::string> seen_from(const fs::path& folder, const fs::path& file, Context& context) {
    const fs::path absolute = TRY(context.files.resolve(file));
    if (file.is_absolute()) {
        return absolute.string();
    }
    const auto known = TRY(context.files.inspect(folder.empty() ? "." : folder));
    if (!known) {
        return file.lexically_proximate(folder).string();
    }
    const fs::path base = TRY(context.files.resolve(folder.empty() ? "." : folder));
    return absolute.lexically_proximate(base).string();
}

Result<KnownCluster> known_cluster(const Sight& sight, const fs::path& target, Context& context) {
    KnownCluster cluster{.name = sight.cluster, .endpoint = sight.endpoint};
    if (sight.connection && sight.connection->fingerprint) {
        cluster.fingerprint = *sight.connection->fingerprint;
    } else if (sight.connection && sight.connection->ca_file) {
        const bool in_folder = TRY(is_folder(context.files, target));
        const fs::path folder = in_folder && target.has_filename() ? target : target.parent_path();
        cluster.ca_file = TRY(seen_from(folder, *sight.connection->ca_file, context));
    }
    return cluster;
}

ExitCode write(
    const fs::path& target,
    const KnownCluster& cluster,
    const std::vector<exporting::Section>& sections,
    const Options& options,
    Context& context
) {
    const auto written =
        write_documents(context.files, target, frame_of_first_document(cluster), sections);
    if (!written) {
        return context.report(written.error());
    }
    if (!options.quiet) {
        for (const auto& path : *written) {
            fmt::print(context.out, "Wrote {}\n", path.string());
        }
        fmt::print(
            context.out, "Next: look through it, then `pveform plan -f {}`\n", target.string()
        );
        fmt::print(context.out, "{}", options.empty ? "" : note_on_drift);
    }
    return ExitCode::done;
}

} // namespace

void setup_init(CLI::App& app, Options& options) {
    CLI::App* init = app.add_subcommand("init", "Begin a document, of what the cluster has");
    init->add_option("target", options.target, "A new file (pveform.yaml), or a folder (DIR/)")
        ->option_text("PATH");
    init->add_flag("--empty", options.empty, "Begin with examples; needs no cluster")
        ->excludes(setup_live_file(*init, options));
}

ExitCode run_init(const Options& options, Context& context) {
    const fs::path target = options.target.value_or("pveform.yaml");
    if (target == standard_output) {
        return context.report(usage_error(
            "a document is begun in a file, not on standard output", "`pveform export` prints one"
        ));
    }
    if (const auto free = check_is_free(context.files, target); !free) {
        return context.report(free.error());
    }
    if (options.empty) {
        const KnownCluster cluster{.endpoint = options.endpoint.value_or("")};
        return write(target, cluster, example_sections(), options, context);
    }
    const auto sight = look(options, context);
    if (!sight) {
        return context.report(sight.error());
    }
    const auto cluster = known_cluster(*sight, target, context);
    if (!cluster) {
        return context.report(cluster.error());
    }
    return write(target, *cluster, exporting::sections_of(sight->view.state), options, context);
}

} // namespace pveform::cli
