// What rules and tests of access said, from the JSON of a plan.

#include <array>

#include "saved/read_plan.hpp"

namespace pveform::saved {

using namespace json::reading; // NOLINT: the words that this file is written in

namespace {

using policy::Outcome;
using policy::Severity;

Read<Severity> severity_of(const Place& place) {
    const std::string text = TRY(text_of(place));
    for (const auto severity : {Severity::info, Severity::warning, Severity::error}) {
        if (text == policy::to_string(severity)) {
            return severity;
        }
    }
    return refuse(place, "is none of info, warning, error");
}

Read<Outcome> outcome_of(const Place& place) {
    const std::string text = TRY(text_of(place));
    if (text == "holds") {
        return Outcome::holds;
    }
    if (text == "fails") {
        return Outcome::fails;
    }
    return text == "unknown" ? Read<Outcome>(Outcome::unknown)
                             : refuse(place, "is none of holds, fails, unknown");
}

Read<policy::Finding> finding_of(const Place& place) {
    const Place id = TRY(field_of(place, "rule"));
    const policy::Rule* rule = policy::find_rule(TRY(text_of(id)));
    if (rule == nullptr) {
        return refuse(id, "is no rule of this pveform");
    }
    const Place severity = TRY(field_of(place, "severity"));
    const Place object = TRY(field_of(place, "object"));
    const Place message = TRY(field_of(place, "message"));
    const Place help = TRY(field_of(place, "help"));
    const Place source = TRY(field_of(place, "source"));
    policy::Finding finding;
    finding.rule = rule->id;
    finding.severity = TRY(severity_of(severity));
    const auto key = parse_object(TRY(text_of(object)));
    if (!key) {
        return refuse(object, "names no object");
    }
    finding.object = *key;
    finding.message = TRY(text_of(message));
    finding.help = TRY(text_of(help));
    finding.span = TRY(read_source(source));
    return finding;
}

Read<policy::Failure> failure_of(const Place& place) {
    const Place principal = TRY(field_of(place, "principal"));
    const Place path = TRY(field_of(place, "path"));
    const Place missing = TRY(field_of(place, "missing"));
    const Place excess = TRY(field_of(place, "excess"));
    const Place holds = TRY(field_of(place, "holds"));
    const Place because = TRY(field_of(place, "because"));
    policy::Failure failure;
    failure.principal = TRY(read_principal(principal));
    failure.path = TRY(text_of(path));
    failure.missing = TRY(set_of<Privilege>(missing));
    failure.excess = TRY(set_of<Privilege>(excess));
    failure.held = TRY(set_of<Privilege>(holds));
    for (const Place& line : TRY(items_of(because))) {
        failure.because.push_back(TRY(text_of(line)));
    }
    return failure;
}

Read<policy::Verdict> verdict_of(const Place& place) {
    const Place claim = TRY(field_of(place, "claim"));
    const Place outcome = TRY(field_of(place, "outcome"));
    const Place cases = TRY(field_of(place, "cases"));
    const Place failures = TRY(field_of(place, "failures"));
    const Place obstacle = TRY(field_of(place, "obstacle"));
    const Place note = TRY(field_of(place, "note"));
    const Place source = TRY(field_of(place, "source"));
    policy::Verdict verdict;
    verdict.claim = TRY(text_of(claim));
    verdict.span = TRY(read_source(source));
    verdict.outcome = TRY(outcome_of(outcome));
    verdict.cases = static_cast<std::size_t>(TRY(number_of(cases)));
    verdict.obstacle = TRY(text_or_nothing(obstacle));
    verdict.note = TRY(text_or_nothing(note));
    for (const Place& item : TRY(items_of(failures))) {
        verdict.failures.push_back(TRY(failure_of(item)));
    }
    return verdict;
}

} // namespace

Read<void> read_policy(const Place& place, plan::Plan& plan) {
    const Place findings = TRY(field_of(place, "findings"));
    for (const Place& item : TRY(items_of(findings))) {
        plan.findings.findings.push_back(TRY(finding_of(item)));
    }
    const Place remarks = TRY(field_of(place, "policy_remarks"));
    for (const Place& item : TRY(items_of(remarks))) {
        const Place message = TRY(field_of(item, "message"));
        const Place source = TRY(field_of(item, "source"));
        policy::Remark remark;
        remark.message = TRY(text_of(message));
        remark.span = TRY(read_source(source));
        plan.findings.remarks.push_back(std::move(remark));
    }
    const Place verdicts = TRY(field_of(place, "assertions"));
    for (const Place& item : TRY(items_of(verdicts))) {
        plan.verdicts.push_back(TRY(verdict_of(item)));
    }
    return {};
}

} // namespace pveform::saved
