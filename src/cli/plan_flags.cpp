// The flags that plan and apply have in common: what of the document to plan, and what may let that
// one plan past a guard.

#include <charconv>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/commands.hpp"

namespace pveform::cli {

namespace {

/// `KIND:GLOB` on the command line.
void add_selectors(
    CLI::App& command, const char* name, std::vector<plan::Selector>& selectors, const char* help
) {
    command
        .add_option_function<std::vector<std::string>>(
            name,
            [&selectors](const std::vector<std::string>& texts) {
                for (const std::string& text : texts) {
                    auto selector = plan::Selector::parse(text);
                    if (!selector) {
                        throw CLI::ValidationError(selector.error());
                    }
                    selectors.push_back(std::move(*selector));
                }
            },
            help
        )
        ->option_text("KIND:GLOB")
        ->allow_extra_args(false);
}

std::optional<std::size_t> number_in(const std::string& text) {
    std::size_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    return error == std::errc() && stop == end ? std::optional(number) : std::nullopt;
}

/// A number of things that may go. CLI11's own conversion takes octal and hexadecimal numbers.
void add_number(
    CLI::App& command, const char* name, std::optional<std::size_t>& number, const char* help
) {
    command
        .add_option_function<std::string>(
            name,
            [&number, name](const std::string& text) {
                number = number_in(text);
                if (!number) {
                    throw CLI::ValidationError(fmt::format(
                        "`{}` takes a whole number, 0 or more, not `{}`", name, printable(text)
                    ));
                }
            },
            help
        )
        ->option_text("N");
}

} // namespace

void setup_plan_flags(CLI::App& command, Options& options) {
    add_selectors(command, "--target", options.selection.targets, "Only these, and what they need");
    add_selectors(command, "--exclude", options.selection.excludes, "All but these");
    command.add_flag("--no-prune", options.no_prune, "Leave alone what is not declared");
    command.add_flag("--show-unmanaged", options.show_unmanaged, "List what is left alone");
    command.add_flag_callback(
        "--rotate-due",
        [&options] { options.rotation.urgency = plan::Urgency::due; },
        "Also give tokens that are due a new secret"
    );
    setup_allowances(command, options);
}

void setup_allowances(CLI::App& command, Options& options) {
    plan::Allowances& allow = options.allowances;
    add_number(command, "--allow-destroy", allow.destroy, "Let exactly N objects go");
    add_number(command, "--allow-acl-removals", allow.acl_removals, "Let exactly N ACL entries go");
    add_number(
        command,
        "--allow-cascade",
        allow.cascades,
        "Let PVE remove exactly N objects that are not ours"
    );
    command.add_flag(
        "--allow-lockout", allow.lockout, "Let the applier, or every administrator, lose its access"
    );
}

} // namespace pveform::cli
