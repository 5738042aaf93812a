// Findings, verdicts and rules for programs.

#include "render/policy.hpp"

#include "base/time.hpp"
#include "json/write.hpp"

namespace pveform::render {

namespace {

constexpr int policy_version = 1;

json::Object finding_object(const policy::Finding& finding) {
    return json::Object{
        {"rule", finding.rule},
        {"severity", policy::to_string(finding.severity)},
        {"object", text_of(finding.object)},
        {"message", finding.message},
        {"help", finding.help},
        {"source", source_value(finding.span)},
    };
}

json::Value names_value(const std::set<Privilege>& privileges) {
    json::Array names;
    for (const Privilege& privilege : privileges) {
        names.emplace_back(privilege.text);
    }
    return names;
}

json::Value failure_value(const policy::Failure& failure) {
    return json::Object{
        {"principal", failure.principal.text()},
        {"path", failure.path},
        {"missing", names_value(failure.missing)},
        {"excess", names_value(failure.excess)},
        {"holds", names_value(failure.held)},
        {"because", json::Array(failure.because.begin(), failure.because.end())},
    };
}

std::string_view outcome_of(const policy::Verdict& verdict) {
    switch (verdict.outcome) {
    case policy::Outcome::holds:
        return "holds";
    case policy::Outcome::fails:
        return "fails";
    case policy::Outcome::unknown:
        return "unknown";
    }
    return "";
}

json::Object rule_object(const policy::Rule& rule, const desired::Policy& policy) {
    json::Object options;
    if (const auto option = policy::option_of(rule, policy)) {
        options.emplace_back(std::string(option->name), format_duration(option->value));
    }
    return json::Object{
        {"id", rule.id},
        {"severity", policy::to_string(policy::severity_of(rule, policy))},
        {"default_severity", policy::to_string(rule.severity)},
        {"options", std::move(options)},
        {"summary", rule.summary},
        {"explanation", rule.explanation},
    };
}

} // namespace

json::Value source_value(const Span& span) {
    if (!span) {
        return nullptr;
    }
    return json::Object{
        {"file", span.file->name()},
        {"line", static_cast<std::int64_t>(span.line)},
        {"column", static_cast<std::int64_t>(span.column)},
    };
}

json::Value findings_value(const policy::Findings& findings) {
    json::Array values;
    for (const policy::Finding& finding : findings.findings) {
        values.emplace_back(finding_object(finding));
    }
    return values;
}

json::Value ignored_value(const policy::Findings& findings) {
    json::Array values;
    for (const policy::Ignored& ignored : findings.ignored) {
        json::Object value = finding_object(ignored.finding);
        value.emplace_back("reason", ignored.reason);
        value.emplace_back("ignored_by", source_value(ignored.span));
        values.emplace_back(std::move(value));
    }
    return values;
}

json::Value remarks_value(const policy::Findings& findings) {
    json::Array values;
    for (const policy::Remark& remark : findings.remarks) {
        values.emplace_back(json::Object{
            {"message", remark.message}, {"source", source_value(remark.span)}});
    }
    return values;
}

json::Value verdicts_value(const std::vector<policy::Verdict>& verdicts) {
    json::Array values;
    for (const policy::Verdict& verdict : verdicts) {
        json::Array failures;
        for (const policy::Failure& failure : verdict.failures) {
            failures.push_back(failure_value(failure));
        }
        values.emplace_back(json::Object{
            {"claim", verdict.claim},
            {"outcome", outcome_of(verdict)},
            {"cases", static_cast<std::int64_t>(verdict.cases)},
            {"failures", std::move(failures)},
            {"obstacle", verdict.obstacle.empty() ? json::Value() : json::Value(verdict.obstacle)},
            {"note", verdict.note.empty() ? json::Value() : json::Value(verdict.note)},
            {"source", source_value(verdict.span)},
        });
    }
    return values;
}

std::string rules_json(const desired::Policy& policy) {
    json::Array rules;
    for (const policy::Rule& rule : policy::rules()) {
        rules.emplace_back(rule_object(rule, policy));
    }
    const json::Value root =
        json::Object{{"format_version", policy_version}, {"rules", std::move(rules)}};
    return json::dump(root, json::Style::indented) + '\n';
}

std::string rule_json(const policy::Rule& rule, const desired::Policy& policy) {
    return json::dump(rule_object(rule, policy), json::Style::indented) + '\n';
}

} // namespace pveform::render
