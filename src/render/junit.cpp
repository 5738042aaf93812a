#include "render/junit.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "render/plain.hpp"

namespace pveform::render {

namespace {

/// In texts and attributes. `#` as well: in a log, `##[` begins a command to GitHub's runner.
std::string in_xml(std::string_view text) {
    std::string out;
    for (const char character : plain(text)) {
        switch (character) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        case '#':
            out += "&#35;";
            break;
        default:
            out += character;
        }
    }
    return out;
}

std::string details_of(const Observation& one) {
    std::string out = one.message;
    if (one.span) {
        out = one.span.file_and_line() + ": " + out;
    }
    return one.help.empty() ? out : out + "; help: " + one.help;
}

std::string result_of(const Observation& one) {
    const std::string message = in_xml(one.message);
    const std::string type = in_xml(one.rule);
    const std::string details = in_xml(details_of(one));
    switch (one.outcome) {
    case CaseOutcome::passed:
        return one.level == Level::none ? std::string()
                                        : fmt::format("<system-out>{}</system-out>", details);
    case CaseOutcome::failed:
        return fmt::format(
            R"(<failure message="{}" type="{}">{}</failure>)", message, type, details
        );
    case CaseOutcome::unknown:
        return fmt::format(R"(<error message="{}" type="{}">{}</error>)", message, type, details);
    case CaseOutcome::skipped:
        return fmt::format(R"(<skipped message="{}"/>)", message);
    }
    return {};
}

/// What a person can tell the cases of a suite by.
std::string name_of(const Observation& one) {
    return one.suite == "policy" ? fmt::format("{}: {}", one.rule, one.subject) : one.subject;
}

struct Counts {
    std::size_t tests = 0;
    std::size_t failures = 0;
    std::size_t errors = 0;
    std::size_t skipped = 0;

    void add(const Observation& one) {
        ++tests;
        failures += one.outcome == CaseOutcome::failed ? 1U : 0U;
        errors += one.outcome == CaseOutcome::unknown ? 1U : 0U;
        skipped += one.outcome == CaseOutcome::skipped ? 1U : 0U;
    }
};

std::string suite_text(std::string_view suite, const Observations& observations) {
    Counts counts;
    std::string cases;
    for (const Observation& one : observations) {
        if (one.suite != suite) {
            continue;
        }
        counts.add(one);
        const std::string result = result_of(one);
        cases += fmt::format(
            R"(    <testcase classname="pveform.{}" name="{}" time="0")",
            suite,
            in_xml(name_of(one))
        );
        cases += result.empty() ? "/>\n" : fmt::format(">{}</testcase>\n", result);
    }
    return fmt::format(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" "
        "time=\"0\">\n{}  </testsuite>\n",
        suite,
        counts.tests,
        counts.failures,
        counts.errors,
        counts.skipped,
        cases
    );
}

} // namespace

std::string junit(const Observations& observations, const std::string& name) {
    Counts total;
    std::vector<std::string_view> suites;
    for (const Observation& one : observations) {
        total.add(one);
        if (std::ranges::find(suites, one.suite) == suites.end()) {
            suites.push_back(one.suite);
        }
    }
    std::string out = fmt::format(
        "{}{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"0\">\n",
        junit_beginning,
        in_xml(name),
        total.tests,
        total.failures,
        total.errors
    );
    for (const std::string_view suite : suites) {
        out += suite_text(suite, observations);
    }
    return out + "</testsuites>\n";
}

} // namespace pveform::render
