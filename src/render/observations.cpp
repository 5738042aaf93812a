#include "render/observations.hpp"

#include <algorithm>
#include <iterator>
#include <map>

#include <fmt/format.h>
#include <range/v3/view/zip.hpp>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "plan/selection_words.hpp"
#include "render/drift_text.hpp"

namespace pveform::render {

namespace {

std::string subject_of(const ObjectKey& key) {
    return fmt::format("{} {}", to_string(kind_of(key)), name_of(key));
}

void add_findings(const policy::Findings& findings, Observations& all) {
    for (const policy::Finding& finding : findings.findings) {
        const bool is_error = finding.severity == policy::Severity::error;
        all.push_back({
            .suite = "policy",
            .rule = std::string(finding.rule),
            .subject = text_of(finding.object),
            .level = level_of(finding.severity),
            .outcome = is_error ? CaseOutcome::failed : CaseOutcome::passed,
            .message = finding.message,
            .help = finding.help,
            .span = finding.span,
        });
    }
}

/// `ann@pve, bob@pve and 3 more`.
std::string first_of(const std::vector<std::string>& names) {
    constexpr std::size_t most = 3;
    if (names.size() <= most) {
        return join(names, ", ");
    }
    const std::vector<std::string> first(names.begin(), names.begin() + most);
    return fmt::format("{} and {} more", join(first, ", "), names.size() - most);
}

/// `` does not hold for `ann@pve` on `/vms/100` and 2 more cases ``.
std::string failure_in_words(const policy::Verdict& verdict) {
    if (!verdict.obstacle.empty()) {
        return verdict.obstacle;
    }
    const policy::Failure& first = verdict.failures.front();
    std::string words =
        fmt::format("does not hold for `{}` on `{}`", first.principal.text(), first.path);
    if (const std::size_t more = verdict.failures.size() - 1; more > 0) {
        words += fmt::format(" and {}", plural(more, "more case"));
    }
    return words;
}

void add_verdicts(const std::vector<policy::Verdict>& verdicts, Observations& all) {
    for (const policy::Verdict& verdict : verdicts) {
        Observation one{
            .suite = "assertions",
            .rule = "assertion",
            .subject = verdict.claim,
            .message = verdict.claim,
            .span = verdict.span,
        };
        switch (verdict.outcome) {
        case policy::Outcome::holds:
            break;
        case policy::Outcome::fails:
            one.level = Level::error;
            one.outcome = CaseOutcome::failed;
            one.message += ": " + failure_in_words(verdict);
            one.help = "change what the document grants, or what it claims";
            break;
        case policy::Outcome::unknown:
            one.level = Level::warning;
            one.outcome = CaseOutcome::unknown;
            one.message += ": depends on pools that cannot be seen";
            one.help = "grant `Pool.Audit`";
            break;
        }
        all.push_back(std::move(one));
    }
}

/// Those that are not there already as what they are about.
void add_guards(const std::vector<plan::Block>& blocks, Observations& all) {
    for (const plan::Block& block : blocks) {
        if (block.guard == "policy" || block.guard == "assertion") {
            continue;
        }
        all.push_back({
            .suite = "guards",
            .rule = "guard-" + block.guard,
            .subject = block.guard,
            .level = Level::error,
            .outcome = CaseOutcome::failed,
            .message = block.message,
            .help = block.help,
            .span = block.span,
        });
    }
}

/// Somebody let them pass; whoever reads the report may not know.
void add_allowed(const std::vector<plan::Block>& blocks, Observations& all) {
    for (const plan::Block& block : blocks) {
        all.push_back({
            .suite = "guards",
            .rule = "allowed-" + block.guard,
            .subject = block.guard,
            .level = Level::note,
            .message = "allowed: " + block.message,
            .span = block.span,
        });
    }
}

CaseOutcome outcome_of(apply::Outcome outcome) {
    switch (outcome) {
    case apply::Outcome::done:
        return CaseOutcome::passed;
    case apply::Outcome::failed:
        return CaseOutcome::failed;
    case apply::Outcome::unknown:
        return CaseOutcome::unknown;
    case apply::Outcome::not_attempted:
        return CaseOutcome::skipped;
    }
    return CaseOutcome::unknown;
}

void add_steps(const plan::Plan& plan, const apply::Receipt& receipt, Observations& all) {
    for (const auto& [step, result] : ranges::views::zip(plan.steps, receipt.results)) {
        const std::string name = describe(step.command);
        const bool is_done = result.outcome == apply::Outcome::done;
        const std::string reason = result.error ? result.error->message : result.reason;
        all.push_back({
            .suite = "steps",
            .rule = "step",
            .subject = name,
            .level = is_done ? Level::none : Level::error,
            .outcome = outcome_of(result.outcome),
            .message = fmt::format(
                "{} ({}){}", name, to_string(result.outcome), reason.empty() ? "" : ": " + reason
            ),
            .help = result.error ? result.error->help : std::string(),
            .span = step.changes.empty() ? Span() : plan.changes.at(step.changes.front()).source,
        });
    }
}

void add_secret_checks(const apply::Receipt& receipt, Observations& all) {
    for (const apply::SecretCheck& check : receipt.checks) {
        const bool is_bad = !check.problem.empty();
        all.push_back({
            .suite = "result",
            .rule = "secret",
            .subject = check.token.text(),
            .level = is_bad ? Level::error : Level::none,
            .outcome = is_bad                  ? CaseOutcome::failed
                       : check.skipped.empty() ? CaseOutcome::passed
                                               : CaseOutcome::skipped,
            .message = fmt::format(
                "the new secret of `{}` {}",
                check.token.text(),
                is_bad                  ? "fails its first request: " + check.problem
                : check.skipped.empty() ? "works"
                                        : "was not tried: " + check.skipped
            ),
        });
    }
}

/// What no object shows: that somebody can do more, or less, than before.
void add_access(const plan::Drift& drift, Observations& all) {
    for (const access::Affected& affected : drift.deviation.effective_access.affected) {
        std::vector<std::string> names;
        std::ranges::transform(affected.principals, std::back_inserter(names), &Principal::text);
        all.push_back({
            .suite = "drift",
            .rule = "drift-access",
            .subject = "access of " + join(names, ", "),
            .level = Level::warning,
            .outcome = CaseOutcome::failed,
            .message = fmt::format(
                "access of {} is not what it was, as pools have other members", first_of(names)
            ),
        });
    }
}

/// That the rest may be as it should be, or not.
void add_part(const std::optional<plan::Part>& part, Observations& all) {
    if (part) {
        const std::string flags = plan::flags_of(part->selection);
        all.push_back({
            .suite = "result",
            .rule = "part",
            .subject = flags,
            .level = Level::note,
            .message = fmt::format("only a part was looked at: `{}`", flags),
        });
    }
}

} // namespace

Level level_of(policy::Severity severity) {
    switch (severity) {
    case policy::Severity::off:
        return Level::none;
    case policy::Severity::info:
        return Level::note;
    case policy::Severity::warning:
        return Level::warning;
    case policy::Severity::error:
        return Level::error;
    }
    return Level::none;
}

Observations observations_of(const plan::Plan& plan) {
    Observations all;
    for (const plan::Change& change : plan.changes) {
        const std::string subject = subject_of(change.key);
        all.push_back({
            .suite = "changes",
            .rule = fmt::format("change-{}", to_string(change.action)),
            .subject = subject,
            .message = fmt::format(
                "{} {}{}",
                to_string(change.action),
                subject,
                change.reason.empty() ? "" : ": " + change.reason
            ),
            .span = change.source,
        });
    }
    add_part(plan.part, all);
    add_guards(plan.blocks, all);
    add_allowed(plan.allowed, all);
    add_findings(plan.findings, all);
    add_verdicts(plan.verdicts, all);
    return all;
}

Observations observations_of(const plan::Drift& drift) {
    Observations all;
    for (const plan::DriftItem& item : drift.items) {
        const std::string details = drift_in_words(item);
        all.push_back({
            .suite = "drift",
            .rule = fmt::format("drift-{}", plan::to_string(item.kind)),
            .subject = subject_of(item.key),
            .level = item.is_information ? Level::note : Level::warning,
            .outcome = item.is_information ? CaseOutcome::passed : CaseOutcome::failed,
            .message = fmt::format(
                "{} is {}{}",
                subject_of(item.key),
                plan::to_string(item.kind),
                details.empty() ? "" : ": " + details
            ),
            .span = item.source,
        });
    }
    if (drift.is_of_access_alone()) {
        add_access(drift, all);
    }
    add_part(drift.part, all);
    add_findings(drift.findings, all);
    add_verdicts(drift.verdicts, all);
    return all;
}

Observations observations_of(const plan::Plan& now, const std::vector<std::string>& differences) {
    Observations all = observations_of(now);
    for (const std::string& line : differences) {
        all.push_back({
            .suite = "result",
            .rule = "outdated",
            .subject = line,
            .level = Level::error,
            .outcome = CaseOutcome::failed,
            .message = "the plan that was reviewed no longer holds: " + line,
            .help = "plan and review again",
        });
    }
    return all;
}

Observations observations_of(
    const plan::Plan& plan, const apply::Receipt& receipt, const apply::Verification& verification
) {
    Observations all;
    add_steps(plan, receipt, all);
    add_secret_checks(receipt, all);
    Observation result{
        .suite = "result",
        .rule = "verification",
        .subject = plan.rotation.nothing_else ? "the tokens have the secrets that were asked for"
                                              : "the cluster is as the document says",
        .message = "nothing left to change",
    };
    if (!verification.is_good()) {
        result.level = Level::error;
        result.outcome = verification.looked ? CaseOutcome::failed : CaseOutcome::unknown;
        result.message = verification.looked ? "there is still: " + verification.left
                                             : "the cluster was not looked at again";
    }
    all.push_back(std::move(result));
    add_part(plan.part, all);
    add_allowed(plan.allowed, all);
    add_findings(plan.findings, all);
    add_verdicts(plan.verdicts, all);
    return all;
}

Observations observations_of(const Errors& errors) {
    Observations all;
    for (const Error& error : errors) {
        all.push_back({
            .suite = "documents",
            .rule = "invalid-document",
            .subject = error.message,
            .level = Level::error,
            .outcome = CaseOutcome::failed,
            .message = error.message,
            .help = error.help,
            .span = error.span,
        });
    }
    return all;
}

std::vector<std::string> fingerprints_of(const Observations& observations) {
    std::map<std::string, std::size_t> seen;
    std::vector<std::string> all;
    for (const Observation& one : observations) {
        const std::string identity = fmt::format("{}\n{}", one.rule, one.subject);
        all.push_back(sha256(fmt::format("{}\n{}", identity, seen[identity]++)));
    }
    return all;
}

Observations worth_a_look(Observations observations) {
    std::erase_if(observations, [](const Observation& one) { return one.level == Level::none; });
    std::ranges::stable_sort(observations, std::greater(), &Observation::level);
    return observations;
}

} // namespace pveform::render
