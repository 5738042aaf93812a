#include "render/comment.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <variant>

#include <fmt/format.h>
#include <range/v3/view/zip.hpp>

#include "base/text.hpp"
#include "plan/selection_words.hpp"
#include "render/access_text.hpp"
#include "render/markdown.hpp"
#include "render/receipt_text.hpp"

namespace pveform::render {

namespace {

constexpr Style page_style{.color = false, .width = 110};

/// `` (`users.yaml:31`) ``, behind a blank.
std::string place_of(const Span& span) {
    return span ? fmt::format(" ({})", code_span(span.file_and_line())) : std::string();
}

std::vector<std::string> items_of(const std::vector<plan::Block>& blocks) {
    std::vector<std::string> items;
    for (const plan::Block& block : blocks) {
        items.push_back(fmt::format(
            "**{}**: {}{}; {}",
            block.guard,
            sentence(block.message),
            place_of(block.span),
            sentence(block.help)
        ));
    }
    return items;
}

std::vector<std::string> allowed_items(const std::vector<plan::Block>& blocks) {
    std::vector<std::string> items;
    for (const plan::Block& block : blocks) {
        items.push_back(fmt::format("**{}**: {}", block.guard, sentence(block.message)));
    }
    return items;
}

/// Without what goes along, which the whole plan has.
std::vector<std::string> removals_of(const plan::Plan& plan) {
    std::vector<std::string> items;
    for (const plan::Change& change : plan.changes) {
        if (change.action != plan::Action::destroy && change.action != plan::Action::disable) {
            continue;
        }
        items.push_back(fmt::format(
            "{} {} {}{}{}",
            to_string(change.action),
            noun_of(kind_of(change.key)),
            code_span(name_of(change.key)),
            change.reason.empty() ? "" : ": " + sentence(change.reason),
            place_of(change.source)
        ));
    }
    return items;
}

std::vector<std::string> items_of(const policy::Findings& findings) {
    std::vector<std::string> items;
    for (const policy::Finding& finding : findings.findings) {
        items.push_back(fmt::format(
            "**{}** `{}`: {}{}",
            policy::to_string(finding.severity),
            finding.rule,
            sentence(finding.message),
            place_of(finding.span)
        ));
    }
    return items;
}

/// Those that do not hold, and those that do but are noted.
std::vector<std::string> items_of(const std::vector<policy::Verdict>& verdicts) {
    std::vector<std::string> items;
    for (const policy::Verdict& verdict : verdicts) {
        if (verdict.outcome == policy::Outcome::holds) {
            if (!verdict.note.empty()) {
                items.push_back(fmt::format(
                    "**note**: {}: {}{}",
                    sentence(verdict.claim),
                    sentence(verdict.note),
                    place_of(verdict.span)
                ));
            }
            continue;
        }
        const bool fails = verdict.outcome == policy::Outcome::fails;
        items.push_back(fmt::format(
            "**{}**: {}{}",
            fails ? "fails" : "cannot be known",
            sentence(verdict.claim),
            place_of(verdict.span)
        ));
    }
    return items;
}

/// The rows alone, their signs first, as a `diff` has them.
std::string access_of(const plan::Plan& plan) {
    constexpr std::string_view indent = "    ";
    const std::string text = effective_access_text(plan, page_style);
    std::string out;
    for (const std::string& line : lines_of(text)) {
        if (line.starts_with(indent)) {
            out += line.substr(indent.size()) + "\n";
        }
    }
    return out;
}

std::vector<std::string> items_of(const plan::Drift& drift) {
    std::vector<std::string> items;
    for (const plan::DriftItem& item : drift.items) {
        const std::string details = drift_in_words(item);
        items.push_back(fmt::format(
            "**{}** {} {}{}{}",
            plan::to_string(item.kind),
            noun_of(kind_of(item.key)),
            code_span(name_of(item.key)),
            details.empty() ? "" : ": " + code_span(details),
            place_of(item.source)
        ));
    }
    return items;
}

std::vector<std::string> not_done(const plan::Plan& plan, const apply::Receipt& receipt) {
    std::vector<std::string> items;
    for (const auto& [step, result] : ranges::views::zip(plan.steps, receipt.results)) {
        if (result.outcome == apply::Outcome::done) {
            continue;
        }
        const std::string reason = result.error ? result.error->message : result.reason;
        items.push_back(fmt::format(
            "**{}**: {}{}",
            to_string(result.outcome),
            sentence(describe(step.command)),
            reason.empty() ? "" : ": " + sentence(reason)
        ));
    }
    return items;
}

void say_part(const std::optional<plan::Part>& part, Page& page) {
    if (part) {
        page.paragraph(fmt::format(
            "Only a part was looked at: {}.", code_span(plan::flags_of(part->selection))
        ));
    }
}

std::string headline_of(
    const plan::Plan& plan, const apply::Receipt& receipt, const apply::Verification& verification
) {
    if (plan.steps.empty()) {
        return no_changes_text(plan);
    }
    const std::string done =
        fmt::format("{} of {} done", receipt.count(apply::Outcome::done), receipt.results.size());
    if (verification.is_good() && receipt.secrets_work()) {
        return fmt::format("**Applied**: {}. Verified: nothing left to change.", done);
    }
    return fmt::format(
        "**{}**: {}. Not verified.",
        receipt.wrote() ? "Partly applied" : "Nothing was changed",
        done
    );
}

} // namespace

std::string plan_comment(const plan::Plan& plan, const PlanContext& context) {
    Page page("plan", context.cluster);
    page.paragraph(
        plan.is_empty() ? no_changes_text(plan) : fmt::format("**{}**", plan_summary(plan))
    );
    say_part(plan.part, page);
    page.list("Blocked", items_of(plan.blocks));
    page.list("Allowed by a flag", allowed_items(plan.allowed));
    page.list("Taken away", removals_of(plan));
    page.block("Effective access", access_of(plan), "diff");
    page.list("Assertions", items_of(plan.verdicts));
    page.list("Policy", items_of(plan.findings));
    page.folded("The whole plan", plan_text(plan, context, page_style));
    return std::move(page).take();
}

std::string drift_comment(const plan::Drift& drift, const DriftContext& context) {
    Page page("drift", context.about.cluster);
    const std::string summary = drift_summary(drift, context);
    page.paragraph(drift.is_drifted() ? fmt::format("**{}**", summary) : summary + ".");
    say_part(drift.part, page);
    page.list("Blocked", items_of(drift.blocks));
    page.list("What differs", items_of(drift));
    page.block(
        context.against.empty() ? "Effective access beyond the document (+), and short of it (-)"
                                : "Effective access gained (+) and lost (-)",
        access_of(drift.deviation),
        "diff"
    );
    page.list("Assertions", items_of(drift.verdicts));
    page.list("Policy", items_of(drift.findings));
    page.folded("The whole report", drift_text(drift, context, page_style));
    return std::move(page).take();
}

std::string outdated_comment(
    const plan::Plan& now, const PlanContext& context, const std::vector<std::string>& differences
) {
    Page page("apply", context.cluster);
    page.paragraph(
        "**Not applied**: the plan that was reviewed no longer holds. Nothing was changed."
    );
    std::vector<std::string> items;
    std::ranges::transform(differences, std::back_inserter(items), code_span);
    page.list("What differs", items);
    page.folded("The plan as it is now", plan_text(now, context, page_style));
    return std::move(page).take();
}

std::string
invalid_comment(std::string_view command, std::string_view cluster, const Errors& errors) {
    Page page(command, cluster);
    page.paragraph(fmt::format("**Not valid**: {}.", plural(errors.size(), "error")));
    std::vector<std::string> items;
    for (const Error& error : errors) {
        items.push_back(fmt::format(
            "{}{}{}",
            sentence(error.message),
            place_of(error.span),
            error.help.empty() ? "" : "; " + sentence(error.help)
        ));
    }
    page.list("Errors", items);
    return std::move(page).take();
}

std::string receipt_comment(
    const plan::Plan& plan,
    const PlanContext& context,
    const apply::Receipt& receipt,
    const apply::Verification& verification
) {
    Page page("apply", context.cluster);
    page.paragraph(headline_of(plan, receipt, verification));
    say_part(plan.part, page);
    page.list("Not done", not_done(plan, receipt));
    page.list("Allowed by a flag", allowed_items(plan.allowed));
    page.list("Taken away", removals_of(plan));
    page.block("Effective access", access_of(plan), "diff");
    page.list("Policy", items_of(plan.findings));
    page.folded(
        "The whole receipt and plan",
        receipt_text(plan, context, receipt, verification, page_style) + "\n" +
            plan_text(plan, context, page_style)
    );
    return std::move(page).take();
}

} // namespace pveform::render
