#include "cli/run.hpp"

#include <algorithm>
#include <map>

#include <CLI/CLI.hpp>
#include <fmt/ostream.h>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"

namespace pveform::cli {

namespace {

/// The flags that every command takes, before or behind its name.
void setup_global(CLI::App& app, Options& options) {
    app.add_option("-f,--file", options.files, "Document, or folder of documents; repeatable")
        ->capture_default_str();
    app.add_option("--endpoint", options.endpoint, "https://HOST:8006, instead of the document's");
    auto* ca_file = app.add_option("--ca-file", options.ca_file, "Certificate authority to trust");
    app.add_option("--fingerprint", options.fingerprint, "SHA-256 of the certificate to trust")
        ->excludes(ca_file);
    app.add_option("--secrets-out", options.secrets_out, "File for the secrets of new tokens");
    app.add_option("--timeout", options.timeout_s, "Seconds to wait for one answer")
        ->capture_default_str()
        ->check(CLI::Range(1, 3600));
    app.add_option("--format", options.format, "Form of the output")
        ->transform(CLI::CheckedTransformer(std::map<std::string, Format>{
            {"text", Format::text}, {"json", Format::json}}))
        ->default_str("text");
    app.add_flag("--no-color", options.no_color, "No colours, as with NO_COLOR set");
    app.add_flag("--quiet", options.quiet, "Say only what matters");
}

Error usage_error(std::string message, std::string help) {
    return Error{.kind = ErrorKind::usage, .message = std::move(message), .help = std::move(help)};
}

/// CLI11 calls a mistyped command an unexpected argument.
std::string help_for(const CLI::App& app, const std::vector<std::string>& arguments) {
    std::vector<std::string> commands;
    for (const CLI::App* command : app.get_subcommands({})) {
        commands.push_back(command->get_name());
    }
    const auto word = std::ranges::find_if(arguments, [](const std::string& argument) {
        return !argument.starts_with('-');
    });
    if (word != arguments.end() && std::ranges::find(commands, *word) == commands.end()) {
        if (const auto match = closest_match(*word, commands)) {
            return fmt::format("did you mean `pveform {}`?", *match);
        }
    }
    return fmt::format("commands are {}; `pveform --help` says more", join(commands, ", "));
}

ExitCode dispatch(const CLI::App& app, const Options& options, Context& context) {
    if (app.got_subcommand("validate")) {
        return run_validate(options, context);
    }
    if (app.got_subcommand("plan")) {
        return run_plan(options, context);
    }
    if (app.got_subcommand("apply")) {
        return run_apply(options, context);
    }
    return run_version(context);
}

} // namespace

ExitCode run(std::vector<std::string> arguments, Context& context) {
    Options options;
    CLI::App app("Terraform-style access control for Proxmox VE", "pveform");
    app.fallthrough();
    app.require_subcommand(1);
    setup_global(app, options);
    setup_validate(app, options);
    setup_plan(app, options);
    setup_apply(app, options);
    setup_version(app);

    const std::vector<std::string> given = arguments;
    std::ranges::reverse(arguments); // the order in which CLI11 takes a vector
    try {
        app.parse(arguments);
    } catch (const CLI::Success& success) { // --help
        static_cast<void>(app.exit(success, context.out, context.err));
        return ExitCode::done;
    } catch (const CLI::ParseError& error) {
        return context.report(usage_error(error.what(), help_for(app, given)));
    }
    if (options.no_color) {
        context.out_style.color = false;
        context.err_style.color = false;
    }
    return dispatch(app, options, context);
}

} // namespace pveform::cli
