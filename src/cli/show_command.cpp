// `pveform show`: a saved plan, as it was shown when it was made.

#include <fmt/ostream.h>

#include <CLI/CLI.hpp>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/plan_file.hpp"
#include "json/write.hpp"

namespace pveform::cli {

namespace {

/// What a review of the plan covers beside it.
std::string about_file(const saved::PlanFile& file, UnixSeconds now) {
    const saved::SavedPlan& saved = file.saved;
    std::vector<std::string> documents;
    for (const saved::DocumentDigest& document : saved.documents) {
        documents.push_back(printable(document.file));
    }
    std::vector<std::string> users;
    for (const UserId& user : saved.initial_passwords) {
        users.push_back(printable(user.text));
    }
    std::string out = fmt::format(
        "\nSaved {}, by pveform {}\nDigest: {}\nDocuments: {}\n",
        name_of(file, now),
        printable(saved.tool_version),
        file.digest,
        join(documents, ", ")
    );
    if (!users.empty()) {
        out += fmt::format("With an initial password: {}\n", join(users, ", "));
    }
    if (const std::string flags = flags_of(saved.request); !flags.empty()) {
        out += fmt::format("Made with: {}\n", flags);
    }
    return out;
}

} // namespace

void setup_show(CLI::App& app, Options& options) {
    CLI::App* show = app.add_subcommand("show", "Show a plan that `plan --out` saved");
    show->add_option("plan", options.plan, "The plan file")->option_text("PLAN")->required();
    show->add_flag("--show-unmanaged", options.show_unmanaged, "List what is left alone");
}

ExitCode run_show(const Options& options, Context& context) {
    auto file = read_plan_file(*options.plan, context);
    if (!file) {
        return context.report(file.error());
    }
    if (options.format == Format::json) {
        fmt::print(context.out, "{}\n", json::dump(file->printed, json::Style::indented));
        return ExitCode::done;
    }
    saved::SavedPlan& saved = file->saved;
    saved.about.show_unmanaged = options.show_unmanaged;
    fmt::print(
        context.out,
        "{}{}",
        render::plan_text(saved.plan, saved.about, context.out_style),
        about_file(*file, context.clock.now())
    );
    return ExitCode::done;
}

} // namespace pveform::cli
