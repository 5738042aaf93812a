// `pveform export`: a live cluster as a document of which the plan is empty.

#include <fmt/ostream.h>

#include <CLI/CLI.hpp>

#include "cli/commands.hpp"
#include "cli/live_file.hpp"
#include "cli/new_documents.hpp"
#include "cli/sight.hpp"
#include "cli/written_file.hpp"

namespace pveform::cli {

namespace {

/// Says nothing of when and where from, so that the same access control is the same text.
exporting::Frame frame_of_export() {
    return {
        .head = "# Written by `pveform export`. A key that is left out is left alone; a list that "
                "is written is\n"
                "# the whole list: what it does not name is removed.\n"
                "version: 1\n",
        .notes = {},
    };
}

} // namespace

void setup_export(CLI::App& app, Options& options) {
    CLI::App* command = app.add_subcommand("export", "Write the cluster as a document");
    command
        ->add_option(
            "--out", options.out, "A new file, or a folder (DIR/) with a file for each kind"
        )
        ->option_text("PATH");
    setup_live_file(*command, options);
}

ExitCode run_export(const Options& options, Context& context) {
    const bool is_printed = !options.out || *options.out == standard_output;
    if (!is_printed) {
        if (const auto free = check_is_free(context.files, *options.out); !free) {
            return context.report(free.error());
        }
    }
    const auto sight = look(options, context);
    if (!sight) {
        return context.report(sight.error());
    }
    const auto sections = exporting::sections_of(sight->view.state);
    if (is_printed) {
        const auto text = one_document(frame_of_export(), sections);
        if (!text) {
            return context.report(text.error());
        }
        fmt::print(context.out, "{}", *text);
        return ExitCode::done;
    }
    const auto written = write_documents(context.files, *options.out, frame_of_export(), sections);
    if (!written) {
        return context.report(written.error());
    }
    if (!options.quiet) {
        for (const auto& path : *written) {
            fmt::print(context.out, "Wrote {}\n", path.string());
        }
        fmt::print(context.out, "{}", note_on_drift);
    }
    return ExitCode::done;
}

} // namespace pveform::cli
