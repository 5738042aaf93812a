#include "render/report.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "render/codequality.hpp"
#include "render/comment.hpp"
#include "render/diagnostics.hpp"
#include "render/drift_json.hpp"
#include "render/heading.hpp"
#include "render/junit.hpp"
#include "render/markdown.hpp"
#include "render/plan_json.hpp"
#include "render/prometheus.hpp"
#include "render/receipt_text.hpp"

namespace pveform::render {

namespace {

constexpr std::string_view outdated_beginning = "The plan that was reviewed no longer holds:\n";

} // namespace

std::string PlanReport::text(const Style& style) const {
    return plan_text(plan_, about_, style);
}

std::string PlanReport::json() const {
    return plan_json(plan_, about_);
}

std::string PlanReport::markdown() const {
    return plan_comment(plan_, about_);
}

Observations PlanReport::observations() const {
    return observations_of(plan_);
}

std::optional<plan::Drift> PlanReport::drift() const {
    return plan::drift_of(plan_);
}

std::string DriftReport::text(const Style& style) const {
    return drift_text(drift_, context_, style);
}

std::string DriftReport::json() const {
    return drift_json(drift_, context_);
}

std::string DriftReport::markdown() const {
    return drift_comment(drift_, context_);
}

Observations DriftReport::observations() const {
    return observations_of(drift_);
}

bool DriftReport::has_news() const {
    return std::ranges::any_of(observations(), [](const Observation& one) {
        return one.outcome == CaseOutcome::failed || one.outcome == CaseOutcome::unknown;
    });
}

std::string ApplyReport::text(const Style& style) const {
    const std::string plan = plan_text(plan_, about_, style);
    return plan_.is_empty() ? plan
                            : plan + receipt_text(plan_, about_, receipt_, verification_, style);
}

std::string ApplyReport::json() const {
    return apply_json(plan_, about_, receipt_, verification_);
}

std::string ApplyReport::markdown() const {
    return receipt_comment(plan_, about_, receipt_, verification_);
}

Observations ApplyReport::observations() const {
    return observations_of(plan_, receipt_, verification_);
}

std::string OutdatedReport::text(const Style& style) const {
    std::string out(outdated_beginning);
    for (const std::string& line : differences_) {
        out += "  " + printable(line) + "\n";
    }
    return out + "\n" + plan_text(now_, about_, style);
}

std::string OutdatedReport::json() const {
    return outdated_json(now_, about_, differences_);
}

std::string OutdatedReport::markdown() const {
    return outdated_comment(now_, about_, differences_);
}

Observations OutdatedReport::observations() const {
    return observations_of(now_, differences_);
}

std::string InvalidReport::text(const Style& style) const {
    return diagnostics(errors_, style);
}

std::string InvalidReport::markdown() const {
    return invalid_comment(command_, cluster_, errors_);
}

Observations InvalidReport::observations() const {
    return observations_of(errors_);
}

std::string written(const Report& report, Form form, const Surroundings& surroundings) {
    const auto scan = [&] {
        return ScanContext{
            .version = surroundings.version,
            .command = std::string(report.command()),
            .cluster = report.cluster(),
            .names = surroundings.names,
            .fallback = surroundings.fallback,
        };
    };
    switch (form) {
    case Form::text:
        return report.text(surroundings.style);
    case Form::json:
        return report.json();
    case Form::markdown:
        return report.markdown();
    case Form::junit:
        return junit(
            report.observations(),
            fmt::format("{} {} {}", tool_name, report.command(), report.cluster())
        );
    case Form::sarif:
        return sarif(report.observations(), scan());
    case Form::codequality:
        return codequality(report.observations(), scan());
    case Form::prometheus:
        break;
    }
    const auto drift = report.drift();
    return drift ? prometheus(*drift, report.cluster(), surroundings.written_at) : std::string();
}

bool is_report(Form form, std::string_view text) {
    switch (form) {
    case Form::text:
        return text.starts_with(heading_beginning) || text.starts_with(outdated_beginning) ||
               text.starts_with(diagnostics_beginning);
    case Form::json:
        return text.starts_with("{\n  \"format_version\": ") &&
               text.contains("\n  \"effective_access\": ");
    case Form::markdown:
        return text.starts_with(marker_beginning);
    case Form::junit:
        return text.starts_with(fmt::format("{}{} ", junit_beginning, tool_name));
    case Form::sarif:
        return text.contains(sarif_schema) &&
               text.contains(fmt::format("\"name\": \"{}\"", tool_name));
    case Form::codequality:
        return text == "[]\n" ||
               (text.starts_with("[\n") && text.contains(fmt::format("\"{}\": ", name_of_check)));
    case Form::prometheus:
        return text.starts_with("# HELP pveform_");
    }
    return false;
}

} // namespace pveform::render
