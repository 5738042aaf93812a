#include "cli/command_table.hpp"

#include <algorithm>
#include <array>

#include "cli/commands.hpp"

namespace pveform::cli {

namespace {

constexpr std::array report_formats = {Format::text, Format::json, Format::markdown};
constexpr std::array answer_formats = {Format::text, Format::json};
constexpr std::array text_alone = {Format::text}; // a document, a script
constexpr std::array json_alone = {Format::json};

constexpr std::array<Command, 15> command_table = {{
    {.name = "init", .run = run_init, .formats = text_alone},
    {.name = "validate", .run = run_validate, .formats = answer_formats, .needs_documents = true},
    {.name = "plan",
     .run = run_plan,
     .formats = report_formats,
     .is_for_reading = true,
     .needs_documents = true},
    {.name = "show", .run = run_show, .formats = answer_formats, .is_for_reading = true},
    {.name = "apply",
     .run = run_apply,
     .formats = report_formats,
     .writes = true,
     .needs_documents = true},
    {.name = "drift",
     .run = run_drift,
     .formats = report_formats,
     .is_for_reading = true,
     .needs_documents = true},
    {.name = "rotate",
     .run = run_rotate,
     .formats = report_formats,
     .writes = true,
     .needs_documents = true},
    {.name = "export", .run = run_export, .formats = text_alone},
    {.name = "snapshot", .run = run_snapshot, .formats = json_alone},
    {.name = "explain", .run = run_explain, .formats = answer_formats, .is_for_reading = true},
    {.name = "policy", .run = run_policy, .formats = answer_formats, .is_for_reading = true},
    {.name = "ping", .run = run_ping, .formats = answer_formats},
    {.name = "schema", .run = run_schema, .formats = json_alone},
    {.name = "completion", .run = run_completion, .formats = text_alone},
    {.name = "version",
     .run = [](const Options&, Context& context) { return run_version(context); },
     .formats = text_alone},
}};

} // namespace

const Command* find_command(std::string_view name) {
    const auto* found = std::ranges::find(command_table, name, &Command::name);
    return found != command_table.end() ? found : nullptr;
}

} // namespace pveform::cli
