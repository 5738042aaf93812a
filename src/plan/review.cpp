#include "plan/review.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace pveform::plan {

void review(Plan& plan, const desired::Document& document, const Inventory& inventory) {
    plan.findings = policy::check(
        {.state = plan.after,
         .document = document,
         .now = plan.now,
         .inventory = inventory,
         .hidden_pools = plan.hidden_pools}
    );
    plan.verdicts = policy::evaluate(document.assertions, plan.after, plan.hidden_pools, plan.now);
    if (auto block = policy_block(plan.findings)) {
        plan.blocks.push_back(std::move(*block));
    }
    const auto failed =
        std::ranges::count(plan.verdicts, policy::Outcome::fails, &policy::Verdict::outcome);
    if (failed > 0) {
        plan.blocks.push_back(Block{
            .guard = "assertion",
            .message = fmt::format(
                "{} of {} would not hold", failed, plural(plan.verdicts.size(), "assertion")
            ),
            .span = {},
            .help = "change what the document grants, or what it claims; no flag lets this pass",
        });
    }
}

std::optional<Block> policy_block(const policy::Findings& findings) {
    const auto count =
        std::ranges::count(findings.findings, policy::Severity::error, &policy::Finding::severity);
    if (count == 0) {
        return std::nullopt;
    }
    return Block{
        .guard = "policy",
        .message = fmt::format(
            "the policy forbids it: {} of severity error",
            plural(static_cast<std::size_t>(count), "finding")
        ),
        .span = {},
        .help = "mend them, or `ignore` each with a reason in the document's `policy`",
    };
}

Errors undecided(const Plan& plan) {
    return undecided(plan.verdicts);
}

Errors undecided(const std::vector<policy::Verdict>& verdicts) {
    Errors errors;
    for (const policy::Verdict& verdict : verdicts) {
        if (verdict.outcome == policy::Outcome::unknown) {
            errors.push_back(Error{
                .kind = ErrorKind::incomplete_view,
                .message = fmt::format(
                    "whether this holds depends on pools that cannot be seen: {}", verdict.claim
                ),
                .span = verdict.span,
                .help = "grant `Pool.Audit`; the plan's note on hidden pools has the command",
            });
        }
    }
    return errors;
}

} // namespace pveform::plan
