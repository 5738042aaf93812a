// `pveform explain`: what somebody may do, by PVE's own permission algorithm.

#include <fmt/ostream.h>

#include <CLI/CLI.hpp>

#include "access/evaluator.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/live_file.hpp"
#include "json/write.hpp"

namespace pveform::cli {

namespace {

json::Value answer_of(
    const access::Evaluator& evaluator, const std::string& principal, const std::string& path
) {
    json::Object privileges;
    for (const auto& [id, propagates] : evaluator.privileges(user_or_token(principal), path)) {
        privileges.emplace_back(id.text, propagates ? 1 : 0);
    }
    return json::Object{
        {"principal", principal}, {"path", path}, {"privileges", std::move(privileges)}};
}

/// One question a line, `principal path`; the path is taken verbatim, as PVE takes it.
ExitCode answer_batch(const access::Evaluator& evaluator, Context& context) {
    std::string line;
    while (std::getline(context.in, line)) {
        const std::size_t blank = line.find(' ');
        if (blank == std::string::npos) {
            return context.report(Error{
                .kind = ErrorKind::usage,
                .message = fmt::format("`{}` is no question", printable(line)),
                .help = "each line is a user or token, a blank, and a path: `ann@pve /vms/100`",
            });
        }
        const auto answer = answer_of(evaluator, line.substr(0, blank), line.substr(blank + 1));
        fmt::print(context.out, "{}\n", json::dump(answer));
    }
    return ExitCode::done;
}

ExitCode answer_one(const access::Evaluator& evaluator, const Options& options, Context& context) {
    const json::Value answer = answer_of(evaluator, options.principal, options.path);
    if (options.format == Format::json) {
        fmt::print(context.out, "{}\n", json::dump(answer, json::Style::indented));
        return ExitCode::done;
    }
    const auto held = evaluator.privileges(user_or_token(options.principal), options.path);
    fmt::print(
        context.out,
        "{} on {}: {}\n",
        printable(options.principal),
        printable(options.path),
        held.empty() ? "nothing" : plural(held.size(), "privilege")
    );
    for (const auto& [privilege, propagates] : held) {
        fmt::print(
            context.out, "  {}{}\n", privilege.text, propagates ? "" : "  (on this path only)"
        );
    }
    return ExitCode::done;
}

} // namespace

void setup_explain(CLI::App& app, Options& options) {
    CLI::App* explain = app.add_subcommand("explain", "Show what a user or token may do");
    explain->add_option("principal", options.principal, "USER@REALM or USER@REALM!TOKEN");
    explain->add_option("path", options.path, "Path of the ACL, such as /vms/100 (/)")
        ->default_str("/");
    explain->add_flag(
        "--batch", options.batch, "Answer lines `principal path` from standard input"
    );
    setup_live_file(*explain, options)->required();
}

ExitCode run_explain(const Options& options, Context& context) {
    const auto state = load_live_file(options, context);
    if (!state) {
        return context.report(state.error());
    }
    const access::Evaluator evaluator(*state);
    if (options.batch) {
        return answer_batch(evaluator, context);
    }
    if (options.principal.empty()) {
        return context.report(Error{
            .kind = ErrorKind::usage,
            .message = "whose access?",
            .help = "name a user or token: `pveform explain ann@pve /vms/100 --live user.cfg`",
        });
    }
    return answer_one(evaluator, options, context);
}

} // namespace pveform::cli
