#include "cli/run.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/ostream.h>

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

/// Those that make reports.
bool has_markdown(const CLI::App& app) {
    return app.got_subcommand("plan") || app.got_subcommand("drift") ||
           app.got_subcommand("apply") || app.got_subcommand("rotate");
}

/// Whether the command only shows something, perhaps at length. The others speak while they work.
bool is_for_reading(const CLI::App& app, const Options& options) {
    constexpr std::array<std::string_view, 5> commands = {
        "plan", "show", "drift", "explain", "policy"};
    const std::string name = app.get_subcommands().front()->get_name();
    return !options.batch && std::ranges::find(commands, name) != commands.end();
}

ExitCode dispatch(const CLI::App& app, const Options& options, Context& context) {
    if (app.got_subcommand("validate")) {
        return run_validate(options, context);
    }
    if (app.got_subcommand("plan")) {
        return run_plan(options, context);
    }
    if (app.got_subcommand("show")) {
        return run_show(options, context);
    }
    if (app.got_subcommand("apply")) {
        return run_apply(options, context);
    }
    if (app.got_subcommand("drift")) {
        return run_drift(options, context);
    }
    if (app.got_subcommand("rotate")) {
        return run_rotate(options, context);
    }
    if (app.got_subcommand("export")) {
        return run_export(options, context);
    }
    if (app.got_subcommand("snapshot")) {
        return run_snapshot(options, context);
    }
    if (app.got_subcommand("init")) {
        return run_init(options, context);
    }
    if (app.got_subcommand("explain")) {
        return run_explain(options, context);
    }
    if (app.got_subcommand("policy")) {
        return run_policy(options, context);
    }
    if (app.got_subcommand("schema")) {
        return run_schema(options, context);
    }
    if (app.got_subcommand("completion")) {
        return run_completion(options, context);
    }
    if (app.got_subcommand("ping")) {
        return run_ping(options, context);
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
        return context.report(usage_error(app, error));
    }
    if (options.no_color) {
        context.out_style.color = false;
        context.err_style.color = false;
    }
    if (options.format == Format::markdown && !has_markdown(app)) {
        return context.report(Error{
            .kind = ErrorKind::usage,
            .message = "this command has no output in Markdown",
            .help = "use `--format text` or `--format json`",
        });
    }
    context.may_write = app.got_subcommand("apply") || app.got_subcommand("rotate");
    context.trace = make_trace(options.verbosity, context.err);
    std::optional<Pager> pager;
    if (is_for_reading(app, options)) {
        pager.emplace(options, context);
    }
    return dispatch(app, options, context);
}

} // namespace pveform::cli
