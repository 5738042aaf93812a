// `pveform schema`: the JSON Schemas, for editors and for whoever reads pveform's files.

#include <algorithm>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/ostream.h>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/embedded.hpp"

namespace pveform::cli {

namespace {

constexpr std::string_view suffix = ".schema.json";
constexpr std::string_view file_of_the_document = "pveform";
constexpr std::string_view document_schema = "document";

/// As it is asked for: `secrets` of `secrets.schema.json`; nothing for other files.
std::string schema_name_of(const EmbeddedFile& file) {
    if (!file.name.ends_with(suffix)) {
        return {};
    }
    const auto stem = file.name.substr(0, file.name.size() - suffix.size());
    return std::string(stem == file_of_the_document ? document_schema : stem);
}

/// What the document is checked against comes first.
std::vector<std::string> schema_names() {
    std::vector<std::string> names;
    for (const EmbeddedFile& file : embedded_files()) {
        if (auto name = schema_name_of(file); !name.empty()) {
            names.push_back(std::move(name));
        }
    }
    std::ranges::stable_partition(names, [](const auto& name) { return name == document_schema; });
    return names;
}

} // namespace

void setup_schema(CLI::App& app, Options& options) {
    const auto names = schema_names();
    options.schema = document_schema;
    app.add_subcommand("schema", "Print a JSON Schema, for editors and other programs")
        ->add_option("schema", options.schema, "Of what; the document where nothing is said")
        ->option_text(join(names, "|"))
        ->check(CLI::IsMember(names));
}

ExitCode run_schema(const Options& options, Context& context) {
    const auto file = std::ranges::find(embedded_files(), options.schema, schema_name_of);
    fmt::print(context.out, "{}", file->text);
    return ExitCode::done;
}

} // namespace pveform::cli
