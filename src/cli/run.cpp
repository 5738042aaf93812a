#include "cli/run.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/ostream.h>

#include "base/text.hpp"
#include "cli/command_table.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/pager.hpp"
#include "cli/trace.hpp"
#include "cli/usage_error.hpp"

namespace pveform::cli {

namespace {

void setup_authentication(CLI::App& app, Options& options) {
    app.add_option("--user", options.user, "Log in as a user with a password")
        ->option_text("USER@REALM");
    app.add_option(
           "--header", options.headers, "For a gateway, from env:VARIABLE or file:PATH; repeatable"
    )
        ->option_text("'NAME: env:VARIABLE'")
        ->allow_extra_args(false);
}

/// The flags that every command takes, before or behind its name.
void setup_global(CLI::App& app, Options& options) {
    app.add_option("-f,--file", options.files, "Document or folder (pveform.yaml); repeatable")
        ->option_text("PATH")
        ->allow_extra_args(false);
    app.add_option("--endpoint", options.endpoint, "Instead of the document's")
        ->option_text("https://HOST:PORT");
    auto* ca_file = app.add_option("--ca-file", options.ca_file, "Certificate authority to trust");
    ca_file->option_text("FILE");
    auto* fingerprint =
        app.add_option("--fingerprint", options.fingerprint, "SHA-256 of the certificate to trust");
    fingerprint->option_text("AB:CD:...")->excludes(ca_file);
    app.add_flag("--insecure", options.insecure, "Trust any certificate: for experiments only")
        ->excludes(ca_file)
        ->excludes(fingerprint);
    setup_authentication(app, options);
    app.add_option("--secrets-out", options.secrets_out, "Where new secrets go")
        ->option_text("FILE");
    app.add_option("--timeout", options.timeout_s, "How long to wait for one answer (60)")
        ->option_text("SECONDS")
        ->check(CLI::Range(1, 3600));
    app.add_option_function<std::string>(
           "--format",
           [&options](const std::string& name) {
               options.format = name == "json"       ? Format::json
                                : name == "markdown" ? Format::markdown
                                                     : Format::text;
           },
           "Form of the output"
    )
        ->option_text("text|json|markdown")
        ->check(CLI::IsMember({"text", "json", "markdown"}));
    app.add_flag("--no-color", options.no_color, "No colours, as with NO_COLOR set");
    app.add_flag("--no-pager", options.no_pager, "Long output as it comes, not page by page");
    app.add_flag("--quiet", options.quiet, "Say only what matters");
    app.add_flag(
        "-v,--verbose", options.verbosity, "Tell of each request; -vv: with its parameters"
    );
}

/// The one that was given, as it is to be taken with these options.
Command given_command(const CLI::App& app, const Options& options) {
    static constexpr std::array batch_formats = {Format::json};
    Command command = *find_command(app.get_subcommands().front()->get_name());
    if (options.batch) { // an answer a line, for a program that goes on asking
        command.formats = batch_formats;
        command.is_for_reading = false;
    }
    return command;
}

std::string_view format_name(Format format) {
    switch (format) {
    case Format::text:
        return "text";
    case Format::json:
        return "json";
    case Format::markdown:
        return "markdown";
    }
    return "";
}

/// Nobody is given something else than what was asked for.
Result<void> check_format(const Command& command, const Options& options) {
    if (!options.format ||
        std::ranges::find(command.formats, *options.format) != command.formats.end()) {
        return {};
    }
    std::vector<std::string> names;
    for (const Format format : command.formats) {
        names.push_back(fmt::format("`{}`", format_name(format)));
    }
    return std::unexpected(usage_error(
        fmt::format(
            "`pveform {}{}` has no output in the format `{}`",
            command.name,
            options.batch ? " --batch" : "",
            format_name(*options.format)
        ),
        names.size() == 1
            ? fmt::format("it has {} alone, with `--format` or without", names.front())
            : fmt::format("it has {}", join(names, ", "))
    ));
}

} // namespace

ExitCode run(std::vector<std::string> arguments, Context& context) {
    Options options;
    CLI::App app("Terraform-style access control for Proxmox VE", "pveform");
    app.fallthrough();
    app.require_subcommand(1);
    setup_global(app, options);
    app.set_version_flag("-V,--version", version_text());
    setup_init(app, options);
    setup_validate(app, options);
    setup_plan(app, options);
    setup_show(app, options);
    setup_apply(app, options);
    setup_drift(app, options);
    setup_rotate(app, options);
    setup_export(app, options);
    setup_snapshot(app, options);
    setup_explain(app, options);
    setup_policy(app, options);
    setup_ping(app);
    setup_schema(app, options);
    setup_completion(app, options);
    setup_version(app);
    for (CLI::App* command : app.get_subcommands({})) {
        if (command->get_footer().empty()) {
            command->footer("`pveform --help` lists the flags that every command takes.");
        }
    }
    if (!arguments.empty() && arguments.front() == "__complete") {
        arguments.erase(arguments.begin());
        return run_complete(app, std::move(arguments), context);
    }

    std::ranges::reverse(arguments); // the order in which CLI11 takes a vector
    try {
        app.parse(arguments);
    } catch (const CLI::Success& success) { // --help
        static_cast<void>(app.exit(success, context.out, context.err));
        return ExitCode::done;
    } catch (const CLI::ParseError& error) {
        return context.report(parse_error(app, error));
    }
    if (options.no_color) {
        context.out_style.color = false;
        context.err_style.color = false;
    }
    const Command command = given_command(app, options);
    if (const auto formatted = check_format(command, options); !formatted) {
        return context.report(formatted.error());
    }
    context.may_write = command.writes;
    context.trace = make_trace(options.verbosity, context.err);
    std::optional<Pager> pager;
    if (command.is_for_reading) {
        pager.emplace(options, context);
    }
    return command.run(options, context);
}

} // namespace pveform::cli
