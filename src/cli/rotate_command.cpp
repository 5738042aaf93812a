// `pveform rotate`: new secrets for tokens that have one, and nothing else.

#include <CLI/CLI.hpp>

#include "cli/commands.hpp"

namespace pveform::cli {

void setup_rotate(CLI::App& app, Options& options) {
    CLI::App* rotate =
        app.add_subcommand("rotate", "Give tokens a new secret, change nothing else");
    rotate
        ->add_option_function<std::vector<std::string>>(
            "tokens",
            [&options](const std::vector<std::string>& globs) {
                for (const std::string& glob : globs) {
                    options.rotation.tokens.push_back(Glob{glob});
                }
            },
            "As the document declares them; `*` and `?` match"
        )
        ->option_text("USER@REALM!TOKEN...");
    rotate->add_flag("--due", options.only_due, "Those that end soon: for scheduled jobs");
    setup_apply_flags(*rotate, options);
    setup_allowances(*rotate, options);
}

ExitCode run_rotate(const Options& options, Context& context) {
    if (options.rotation.tokens.empty() && !options.only_due) {
        return context.report(Error{
            .kind = ErrorKind::usage,
            .message = "which tokens are to have a new secret?",
            .help = "name them (`pveform rotate 'metrics@pve!exporter'`), or say `--due`",
        });
    }
    Options rotating = options;
    rotating.rotation.urgency = options.only_due ? plan::Urgency::due : plan::Urgency::now;
    rotating.rotation.nothing_else = true;
    return run_apply(rotating, context);
}

} // namespace pveform::cli
