#include "cli/usage_error.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/command_table.hpp"

namespace pveform::cli {

namespace {

bool is_flag(const std::string& argument) {
    return argument.starts_with('-');
}

/// The program, and the commands that were given, one inside the other.
std::vector<const CLI::App*> given_commands(const CLI::App& app) {
    std::vector<const CLI::App*> given = {&app};
    while (!given.back()->get_subcommands().empty()) {
        given.push_back(given.back()->get_subcommands().front());
    }
    return given;
}

/// `pveform policy explain`.
std::string written(const std::vector<const CLI::App*>& commands) {
    std::vector<std::string> names;
    for (const CLI::App* command : commands) {
        names.push_back(command->get_name());
    }
    return join(names, " ");
}

std::vector<std::string> commands_of(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands({})) {
        names.push_back(command->get_name());
        std::ranges::copy(command->get_aliases(), std::back_inserter(names));
    }
    return names;
}

std::vector<std::string> flags_of(const CLI::App& command) {
    std::vector<std::string> names;
    for (const CLI::Option* option : command.get_options({})) {
        for (const std::string& name : option->get_lnames()) {
            names.push_back("--" + name);
        }
    }
    return names;
}

std::string help_for_commands(const CLI::App& app) {
    return fmt::format("commands are {}; `pveform --help` says more", join(commands_of(app), ", "));
}

std::string help_for_flags(const CLI::App& app) {
    const auto given = given_commands(app);
    return given.size() == 1
               ? std::string("`pveform --help` lists the flags")
               : fmt::format("`{} --help` and `pveform --help` list the flags", written(given));
}

Error unknown(std::string_view what, const std::string& word, std::string help) {
    return Error{
        .kind = ErrorKind::usage,
        .message = fmt::format("{} `{}`", what, printable(word)),
        .help = std::move(help)};
}

bool takes_words(const CLI::App& command) {
    const auto words =
        command.get_options([](const CLI::Option* option) { return option->get_positional(); });
    return !words.empty();
}

/// Whether a word behind these commands can only have been meant for a document.
bool is_place_for_documents(const std::vector<const CLI::App*>& given) {
    if (given.size() != 2) { // no command, or one within another
        return false;
    }
    const Command* command = find_command(given.back()->get_name());
    return command != nullptr && command->needs_documents && !takes_words(*given.back());
}

/// A word where a command or an argument may stand.
Error unknown_word(const CLI::App& app, const std::string& word) {
    const auto given = given_commands(app);
    if (word == "help") {
        return unknown("no command", word, fmt::format("write `{} --help`", written(given)));
    }
    if (is_place_for_documents(given)) {
        return unknown(
            "unexpected argument",
            word,
            fmt::format(
                "documents are named with `-f`: `{} -f {}`", written(given), printable(word)
            )
        );
    }
    const auto match = closest_match(word, commands_of(*given.back()));
    if (match) {
        return unknown(
            "unknown command", word, fmt::format("did you mean `{} {}`?", written(given), *match)
        );
    }
    return given.size() == 1 ? unknown("unknown command", word, help_for_commands(app))
                             : unknown("unexpected argument", word, help_for_flags(app));
}

/// The commands that do have this flag.
std::vector<std::string> owners_of(const CLI::App& app, const std::string& flag) {
    std::vector<std::string> owners;
    for (const CLI::App* command : app.get_subcommands({})) {
        if (command->get_option_no_throw(flag) != nullptr) {
            owners.push_back(fmt::format("`pveform {}`", command->get_name()));
        }
    }
    return owners;
}

Error unknown_flag(const CLI::App& app, const std::string& argument) {
    const std::string name = argument.substr(0, argument.find('='));
    if (const auto owners = owners_of(app, name); !owners.empty()) {
        return unknown("unknown flag", name, fmt::format("it belongs to {}", join(owners, ", ")));
    }
    std::vector<std::string> names;
    for (const CLI::App* command : given_commands(app)) {
        std::ranges::move(flags_of(*command), std::back_inserter(names));
    }
    const auto match = closest_match(name, names);
    return unknown(
        "unknown flag",
        name,
        match ? fmt::format("did you mean `{}`?", *match) : help_for_flags(app)
    );
}

/// The flag or argument whose value was refused: CLI11 begins with its name. Null if there is none.
const CLI::Option* refused_option(const CLI::App& app, const CLI::ParseError& error) {
    const std::string message = error.what();
    const std::string name = message.substr(0, message.find(": "));
    for (const CLI::App* command : given_commands(app)) {
        if (const CLI::Option* option = command->get_option_no_throw(name)) {
            return option;
        }
    }
    return nullptr;
}

/// Where only some values may be written (`text|json` in the help), and this is none of them.
std::optional<Error> unknown_value(const CLI::App& app, const CLI::ParseError& error) {
    const CLI::Option* option = refused_option(app, error);
    if (option == nullptr || option->results().empty()) {
        return std::nullopt;
    }
    const auto values = split(option->get_option_text(), "|");
    const std::string& value = option->results().back();
    if (values.size() < 2 || std::ranges::find(values, value) != values.end()) {
        return std::nullopt;
    }
    const auto match = closest_match(value, values);
    return Error{
        .kind = ErrorKind::usage,
        .message = fmt::format("{}: unknown value `{}`", option->get_name(), printable(value)),
        .help = match ? fmt::format("did you mean `{}`?", *match)
                      : fmt::format("it is one of {}", join(values, ", "))};
}

/// As the help shows it, and what the value is where that does not say it.
std::string with_its_value(const CLI::Option& option) {
    const std::string& term = option.get_option_text();
    const std::string_view more = term == "N" ? ", with the number that the plan names" : "";
    return fmt::format("write `{} {}`{}", option.get_name(), term, more);
}

/// The flag before one that was taken for its value; CLI11 takes whatever comes next.
std::optional<Error> flag_instead_of_value(const CLI::App& app) {
    const auto given = given_commands(app);
    const auto is_known = [&](const std::string& word) {
        return is_flag(word) && std::ranges::any_of(given, [&](const CLI::App* command) {
                   return command->get_option_no_throw(word.substr(0, word.find('='))) != nullptr;
               });
    };
    for (const CLI::App* command : given) {
        for (const CLI::Option* option : command->get_options({})) {
            const auto taken = std::ranges::find_if(option->results(), is_known);
            if (taken != option->results().end()) {
                return Error{
                    .kind = ErrorKind::usage,
                    .message = fmt::format(
                        "`{}` needs a value, and `{}` follows", option->get_name(), *taken
                    ),
                    .help = with_its_value(*option)};
            }
        }
    }
    return std::nullopt;
}

/// One at the end of the line, or one that is there again.
std::optional<Error> wrong_number_of_values(const CLI::App& app, const CLI::ParseError& error) {
    const CLI::Option* option = refused_option(app, error);
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) == nullptr || option == nullptr) {
        return std::nullopt;
    }
    const int values = option->get_items_expected_min();
    if (option->results().size() > static_cast<std::size_t>(option->get_items_expected_max())) {
        return Error{
            .kind = ErrorKind::usage,
            .message = fmt::format("`{}` is there more than once", option->get_name()),
            .help = "give it once"};
    }
    return Error{
        .kind = ErrorKind::usage,
        .message = fmt::format(
            "`{}` needs {}",
            option->get_name(),
            values > 1 ? fmt::format("{} values", values) : std::string("a value")
        ),
        .help = with_its_value(*option)};
}

} // namespace

Error parse_error(const CLI::App& app, const CLI::ParseError& error) {
    if (auto flag = flag_instead_of_value(app)) { // what follows that one is left over
        return std::move(*flag);
    }
    const std::vector<std::string> extras = app.remaining(true);
    const auto flag = std::ranges::find_if(extras, is_flag);
    const auto word = std::ranges::find_if_not(extras, is_flag);
    if (flag != extras.end()) { // what follows it may be its value
        return unknown_flag(app, *flag);
    }
    if (word != extras.end()) {
        return unknown_word(app, *word);
    }
    if (auto unknown = unknown_value(app, error)) {
        return std::move(*unknown);
    }
    if (auto wrong = wrong_number_of_values(app, error)) {
        return std::move(*wrong);
    }
    const bool has_command = !app.get_subcommands().empty();
    if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && !has_command) {
        return Error{
            .kind = ErrorKind::usage, .message = "no command", .help = help_for_commands(app)};
    }
    return Error{.kind = ErrorKind::usage, .message = error.what(), .help = help_for_flags(app)};
}

} // namespace pveform::cli
