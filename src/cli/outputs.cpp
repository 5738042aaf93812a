#include "cli/outputs.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include <fmt/ostream.h>

#include <CLI/CLI.hpp>

#include "base/text.hpp"
#include "cli/collisions.hpp"
#include "cli/github.hpp"
#include "cli/written_file.hpp"

namespace pveform::cli {

namespace {

using render::Form;

struct NamedForm {
    std::string_view name;
    Form form;
};

constexpr std::array forms = {
    NamedForm{"text", Form::text},
    NamedForm{"json", Form::json},
    NamedForm{"markdown", Form::markdown},
    NamedForm{"junit", Form::junit},
    NamedForm{"sarif", Form::sarif},
    NamedForm{"prometheus", Form::prometheus},
    NamedForm{"gitlab-codequality", Form::codequality},
};

constexpr std::string_view other_place = "`-` is standard output";

/// `junit=reports/drift.xml`.
Parsed<Output> parse_output(std::string_view text) {
    const std::size_t sign = text.find('=');
    const std::string_view name = text.substr(0, sign);
    const auto* form = std::ranges::find(forms, name, &NamedForm::name);
    if (sign == std::string_view::npos || sign + 1 == text.size() || form == forms.end()) {
        return std::unexpected(fmt::format(
            "`{}` is not FORMAT=PATH with a format of {}",
            printable(text),
            join(names_of_forms(), ", ")
        ));
    }
    return Output{form->form, std::filesystem::path(text.substr(sign + 1))};
}

Form form_of(const std::optional<Format>& format) {
    if (format == Format::json) {
        return Form::json;
    }
    return format == Format::markdown ? Form::markdown : Form::text;
}

/// Of the repository, as the code host calls it.
std::filesystem::path repository_root(Context& context) {
    for (const char* name : {"GITHUB_WORKSPACE", "CI_PROJECT_DIR"}) {
        if (const auto path = context.environment(name); path && !path->empty()) {
            return *path;
        }
    }
    return {};
}

render::SourceNames source_names(Context& context) {
    const auto folder = context.files.resolve(".");
    return {.working_folder = folder.value_or("/"), .root = repository_root(context)};
}

bool is_of_kind(FileKind kind, const std::filesystem::path& path, Context& context) {
    const auto info = context.files.inspect(path);
    return info && *info && (*info)->kind == kind;
}

/// The first document that is directly there; empty where there is none.
std::filesystem::path first_document(const std::filesystem::path& path, Context& context) {
    if (is_of_kind(FileKind::regular, path, context)) {
        return path;
    }
    if (is_of_kind(FileKind::folder, path, context)) {
        for (const std::string& name :
             context.files.list_folder(path).value_or(std::vector<std::string>())) {
            if (name.ends_with(".yaml") || name.ends_with(".yml")) {
                return path / name;
            }
        }
    }
    return {};
}

/// The beginning of the first document, for what none of them speaks of.
Span fallback_of(const std::vector<std::filesystem::path>& documents, Context& context) {
    for (const std::filesystem::path& path : documents) {
        if (const auto file = first_document(path, context); !file.empty()) {
            return {std::make_shared<const SourceFile>(file.string(), ""), 1, 1, 0};
        }
    }
    return {};
}

/// Whether nothing is there, or a report of this form, as an earlier run left it.
bool is_free_for(Form form, const std::filesystem::path& path, Context& context) {
    constexpr std::size_t max_bytes = 64 * 1024 * 1024;
    if (const auto info = context.files.inspect(path); info && !*info) {
        return true;
    }
    const auto text = context.files.read_file(path, max_bytes);
    return text && (text->empty() || render::is_report(form, *text));
}

} // namespace

std::vector<std::string> names_of_forms() {
    std::vector<std::string> names;
    std::ranges::transform(forms, std::back_inserter(names), [](const NamedForm& one) {
        return std::string(one.name);
    });
    return names;
}

void setup_outputs(CLI::App& command, Options& options) {
    command
        .add_option_function<std::vector<std::string>>(
            "--output",
            [&options](const std::vector<std::string>& texts) {
                for (const std::string& text : texts) {
                    auto output = parse_output(text);
                    if (!output) {
                        throw CLI::ValidationError(output.error());
                    }
                    options.outputs.push_back(std::move(*output));
                }
            },
            "A report in a form of " + join(names_of_forms(), ", ") +
                "; - is standard output; repeatable"
        )
        ->option_text("FORMAT=PATH")
        ->allow_extra_args(false);
}

Result<Outputs> Outputs::prepare(const Options& options, bool has_metrics, Context& context) {
    TRY(refuse_collisions(options, context));
    Outputs outputs;
    outputs.documents_ = options.files;
    outputs.standard_output_ = form_of(options.format);
    bool is_taken = options.format.has_value();
    for (const auto& [form, path] : options.outputs) {
        if (form == Form::prometheus && !has_metrics) {
            return std::unexpected(usage_error(
                "a run that writes has no metrics: the cluster is not as it was looked at",
                "run `pveform drift --output prometheus=FILE` on a schedule"
            ));
        }
        if (form == Form::prometheus && !options.selection.is_everything()) {
            return std::unexpected(usage_error(
                "metrics are of the whole cluster, not of what `--target` and `--exclude` leave",
                "leave these flags out, or ask for another form"
            ));
        }
        if (path == standard_output) {
            if (std::exchange(is_taken, true)) {
                return std::unexpected(usage_error(
                    "two reports would go to standard output",
                    "give all but one of `--format` and `--output FORMAT=-` a file"
                ));
            }
            outputs.standard_output_ = form;
            continue;
        }
        auto place = TRY(place_of_written(path, other_place, context));
        TRY(check_replaceable(context.files, place));
        outputs.files_.push_back({form, std::move(place)});
    }
    return outputs;
}

Errors Outputs::write(const render::Report& report, Context& context) const {
    return write(report, Replacing::anything, context);
}

Errors Outputs::write_with_care(const render::Report& report, Context& context) const {
    return write(report, Replacing::reports, context);
}

Errors Outputs::write(const render::Report& report, Replacing replacing, Context& context) const {
    render::Surroundings surroundings{
        .version = PVEFORM_VERSION,
        .names = source_names(context),
        .fallback = fallback_of(documents_, context),
        .written_at = context.clock.now(),
    };
    if (!speaks_text()) {
        fmt::print(context.out, "{}", render::written(report, standard_output_, surroundings));
    }
    Errors errors;
    for (const auto& [form, path] : files_) {
        const std::string text = render::written(report, form, surroundings);
        if (text.empty()) {
            continue;
        }
        if (replacing == Replacing::reports && !is_free_for(form, path, context)) {
            fmt::print(
                context.err,
                "note: {} is no such report, and is left as it is\n",
                printable(path.string())
            );
            continue;
        }
        if (auto done = replace_public_file(context.files, path, text); !done) {
            errors.push_back(std::move(done).error());
        }
    }
    if (is_on_github(context)) {
        std::ranges::move(
            tell_github(report, surroundings.names, context), std::back_inserter(errors)
        );
    }
    return errors;
}

} // namespace pveform::cli
