// Every report in every form: what is written is known again, and for nothing else.

#include "render/report.hpp"

#include <array>
#include <memory>

#include "catch.hpp"

using namespace pveform; // NOLINT: a test's own small world
using render::Form;

namespace {

constexpr std::array all_forms = {
    Form::text,
    Form::json,
    Form::markdown,
    Form::junit,
    Form::sarif,
    Form::prometheus,
    Form::codequality,
};

const Span place{
    std::make_shared<const SourceFile>("users.yaml", "version: 1\nusers: {}\n"), 2, 1, 5};

policy::Finding finding(policy::Severity severity) {
    return {
        .rule = "token-without-expiry",
        .severity = severity,
        .object = TokenId{UserId{"ann@pve"}, "ci"},
        .message = "token `ann@pve!ci` never expires",
        .help = "let it end",
        .span = place,
    };
}

plan::Plan plan_with(const std::optional<policy::Finding>& found) {
    plan::Plan plan;
    if (found) {
        plan.findings.findings.push_back(*found);
    }
    return plan;
}

/// One of each kind, about a cluster with such a finding.
class Reports {
public:
    explicit Reports(const std::optional<policy::Finding>& found)
        : plan_(plan_with(found)), drift_(plan::drift_of(plan_)) {}

    [[nodiscard]] std::vector<const render::Report*> all() const {
        return {&of_plan_, &of_drift_, &of_apply_, &outdated_, &invalid_};
    }

private:
    plan::Plan plan_;
    plan::Drift drift_;
    render::DriftContext about_{
        .about = {
            .cluster = "prod",
            .version = "9.2",
            .identity = "ci@pve!plan",
            .secrets_place = {},
        }};
    apply::Receipt receipt_;
    apply::Verification verification_{.looked = true};
    std::vector<std::string> differences_ = {"+ user eve@pve"};
    Errors errors_ = {{.kind = ErrorKind::document, .message = "unknown key", .span = place}};
    render::PlanReport of_plan_{plan_, about_.about};
    render::DriftReport of_drift_{drift_, about_};
    render::ApplyReport of_apply_{plan_, about_.about, receipt_, verification_};
    render::OutdatedReport outdated_{plan_, about_.about, differences_};
    render::InvalidReport invalid_{"plan", about_.about.cluster, errors_};
};

const std::array<std::optional<policy::Finding>, 3> situations = {
    std::nullopt, finding(policy::Severity::warning), finding(policy::Severity::error)};

} // namespace

TEST_CASE("a report is known again in each of its forms, and taken for no other", "[render]") {
    for (const auto& found : situations) {
        const Reports reports(found);
        for (const render::Report* report : reports.all()) {
            for (const Form form : all_forms) {
                const std::string text =
                    render::written(*report, form, {.version = "1", .names = {"/srv", {}}});
                CAPTURE(text);
                for (const Form other : all_forms) {
                    CHECK(render::is_report(other, text) == (other == form && !text.empty()));
                }
            }
        }
    }
}

TEST_CASE("what somebody keeps is taken for no report", "[render]") {
    for (const std::string_view text : {
             R"({"version": 1, "tokens": {}})",
             "{\n  \"version\": 1,\n  \"tokens\": {}\n}\n",
             "{\n  \"format_version\": 1,\n  \"cluster\": \"prod\",\n  \"users\": []\n}\n",
             "[\n  \"check_name\"\n]\n",
             "TOKEN=pveform\n",
             "# HELP node_load1 1m load average.\n",
             "<testsuites name=\"pytest tests\">",
         }) {
        CAPTURE(text);
        for (const Form form : all_forms) {
            CHECK_FALSE(render::is_report(form, text));
        }
    }
}

TEST_CASE("where nobody asked, drift is told of only where something fails", "[render]") {
    const auto news_of = [](const std::optional<policy::Finding>& found) {
        const Reports reports(found);
        std::vector<bool> news;
        for (const render::Report* report : reports.all()) {
            news.push_back(report->has_news());
        }
        return news;
    };
    const std::vector<bool> all_but_drift = {true, false, true, true, true};
    CHECK(news_of(std::nullopt) == all_but_drift);
    CHECK(news_of(finding(policy::Severity::warning)) == all_but_drift);
    CHECK(news_of(finding(policy::Severity::error)) == std::vector<bool>(5, true));
}
