// Where the reports of a run go: standard output, files (`--output FORMAT=PATH`), and what a code
// host shows of a job.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "cli/context.hpp"
#include "cli/options.hpp"
#include "render/report.hpp"

namespace CLI {
class App;
}

namespace pveform::cli {

/// What may stand before the `=` of `--output`.
[[nodiscard]] std::vector<std::string> names_of_forms();

/// `--output`, repeatable.
void setup_outputs(CLI::App& command, Options& options);

class Outputs {
public:
    /// Before anything is asked of the cluster: all files can be written, and only one output is
    /// standard output. `has_metrics`: whether the command knows how the cluster stands.
    [[nodiscard]] static Result<Outputs>
    prepare(const Options& options, bool has_metrics, Context& context);

    /// Whether standard output is for people, who read as the command goes on.
    [[nodiscard]] bool speaks_text() const { return standard_output_ == render::Form::text; }

    /// What is said on standard output where it is not for people, all files, and on GitHub the
    /// annotations and the summary of the step. Files are there as a whole or not at all; after an
    /// error the others are written all the same. A form that the report does not have is left out.
    [[nodiscard]] Errors write(const render::Report& report, Context& context) const;

    /// The same where nobody could read what the documents say of files: one that is there, and is
    /// no report of this form, may be what secrets are kept in. It is left as it is, with a note.
    [[nodiscard]] Errors write_with_care(const render::Report& report, Context& context) const;

private:
    enum class Replacing { anything, reports };

    [[nodiscard]] Errors
    write(const render::Report& report, Replacing replacing, Context& context) const;

    render::Form standard_output_ = render::Form::text;
    std::vector<Output> files_;
    std::vector<std::filesystem::path> documents_;
};

} // namespace pveform::cli
