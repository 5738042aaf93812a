#include "cli/usage_error.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/text.hpp"

namespace pveform::cli {

namespace {

bool is_flag(const std::string& argument) {
    return argument.starts_with('-');
}

std::vector<std::string> commands_of(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands({})) {
        names.push_back(command->get_name());
    }
    return names;
}

/// Of the program and of the commands that were given.
std::vector<std::string> flags_of(const CLI::App& app) {
    std::vector<std::string> names;
    std::vector<const CLI::App*> parts = {&app};
    std::ranges::copy(app.get_subcommands(), std::back_inserter(parts));
    for (const CLI::App* part : parts) {
        for (const CLI::Option* option : part->get_options()) {
            for (const std::string& name : option->get_lnames()) {
                names.push_back("--" + name);
            }
        }
    }
    return names;
}

std::string help_for_commands(const CLI::App& app) {
    return fmt::format("commands are {}; `pveform --help` says more", join(commands_of(app), ", "));
}

std::string help_for_flags(const CLI::App& app) {
    const auto given = app.get_subcommands();
    return given.empty() ? std::string("`pveform --help` lists the flags")
                         : fmt::format(
                               "`pveform {} --help` and `pveform --help` list the flags",
                               given.front()->get_name()
                           );
}

Error unknown(std::string_view what, const std::string& word, std::string help) {
    return Error{
        .kind = ErrorKind::usage,
        .message = fmt::format("{} `{}`", what, printable(word)),
        .help = std::move(help)};
}

Error unknown_command(const CLI::App& app, const std::string& word) {
    const auto match = closest_match(word, commands_of(app));
    return unknown(
        "unknown command",
        word,
        match ? fmt::format("did you mean `pveform {}`?", *match) : help_for_commands(app)
    );
}

Error unknown_flag(const CLI::App& app, const std::string& argument) {
    const std::string name = argument.substr(0, argument.find('='));
    const auto match = closest_match(name, flags_of(app));
    return unknown(
        "unknown flag",
        name,
        match ? fmt::format("did you mean `{}`?", *match) : help_for_flags(app)
    );
}

} // namespace

Error usage_error(const CLI::App& app, const CLI::ParseError& error) {
    const std::vector<std::string> extras = app.remaining(true);
    const auto flag = std::ranges::find_if(extras, is_flag);
    const auto word = std::ranges::find_if_not(extras, is_flag);
    if (flag != extras.end()) { // what follows it may be its value
        return unknown_flag(app, *flag);
    }
    const bool has_command = !app.get_subcommands().empty();
    if (word != extras.end()) {
        return has_command ? unknown("unexpected argument", *word, help_for_flags(app))
                           : unknown_command(app, *word);
    }
    if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && !has_command) {
        return Error{
            .kind = ErrorKind::usage, .message = "no command", .help = help_for_commands(app)};
    }
    return Error{.kind = ErrorKind::usage, .message = error.what(), .help = help_for_flags(app)};
}

} // namespace pveform::cli
