// `pveform policy`: the rules, and how severe a finding of each is for this document.

#include <fmt/ostream.h>

#include <CLI/CLI.hpp>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/session.hpp"
#include "policy/rules.hpp"
#include "render/policy.hpp"

namespace pveform::cli {

namespace {

Error unknown_rule(const std::string& id) {
    std::vector<std::string> ids;
    for (const policy::Rule& rule : policy::rules()) {
        ids.emplace_back(rule.id);
    }
    const auto match = closest_match(id, ids);
    return Error{
        .kind = ErrorKind::usage,
        .message = fmt::format("unknown rule `{}`", printable(id)),
        .help = match ? fmt::format("did you mean `{}`?", *match) : "`pveform policy` lists them",
    };
}

ExitCode explain_rule(
    const std::string& id, const Options& options, const desired::Policy& policy, Context& context
) {
    const policy::Rule* rule = policy::find_rule(id);
    if (rule == nullptr) {
        return context.report(unknown_rule(id));
    }
    fmt::print(
        context.out,
        "{}",
        options.format == Format::json ? render::rule_json(*rule, policy)
                                       : render::rule_text(*rule, policy, context.out_style)
    );
    return ExitCode::done;
}

} // namespace

void setup_policy(CLI::App& app, Options& options) {
    CLI::App* policy = app.add_subcommand("policy", "List the policy's rules");
    CLI::App* explain = policy->add_subcommand("explain", "Say why a rule exists, and what to do");
    explain->add_option("rule", options.rule, "Its id, such as hidden-entry")
        ->option_text("RULE")
        ->required();
}

ExitCode run_policy(const Options& options, Context& context) {
    const auto document = document_if_any(options, context);
    if (!document) {
        return context.report(document.error());
    }
    if (!options.rule.empty()) {
        return explain_rule(options.rule, options, document->policy, context);
    }
    fmt::print(
        context.out,
        "{}",
        options.format == Format::json ? render::rules_json(document->policy)
                                       : render::rules_text(document->policy, context.out_style)
    );
    return ExitCode::done;
}

} // namespace pveform::cli
