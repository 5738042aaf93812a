#include "render/sarif.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <range/v3/view/zip.hpp>

#include "policy/rules.hpp"
#include "render/plain.hpp"
#include "json/write.hpp"

namespace pveform::render {

namespace {

std::string_view level_text(Level level) {
    switch (level) {
    case Level::none:
        return "none";
    case Level::note:
        return "note";
    case Level::warning:
        return "warning";
    case Level::error:
        return "error";
    }
    return "none";
}

/// SARIF takes brackets for links (3.11.6), whoever wrote them.
std::string without_links(std::string_view text) {
    std::string out;
    for (const char character : plain(text)) {
        if (std::string_view("\\[]").contains(character)) {
            out += '\\';
        }
        out += character;
    }
    return out;
}

json::Value message(std::string_view text) {
    return json::Object{{"text", without_links(text)}};
}

/// Paragraphs, which stay apart; only texts of our own have them.
json::Value paragraphs_message(std::string_view text) {
    std::string out;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        out += (begin > 0 ? "\n" : "") + without_links(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return json::Object{{"text", std::move(out)}};
}

json::Value rule_value(
    std::string_view id, std::string_view summary, std::string_view explanation, Level level
) {
    return json::Object{
        {"id", id},
        {"shortDescription", message(summary)},
        {"fullDescription", paragraphs_message(explanation)},
        {"help", paragraphs_message(explanation)},
        {"defaultConfiguration", json::Object{{"level", level_text(level)}}},
    };
}

/// What is no rule of the policy, in words.
std::string_view summary_of(std::string_view rule) {
    if (rule == "drift-added" || rule == "drift-removed") {
        return "the cluster is not as it was when the snapshot was taken";
    }
    if (rule == "drift-access") {
        return "access is not as it was, although no object of access control changed";
    }
    if (rule == "drift-changed") {
        return "the cluster is not as the document, or the snapshot, has it";
    }
    if (rule.starts_with("drift-")) {
        return "the cluster is not as the document says";
    }
    if (rule.starts_with("change-")) {
        return "the plan changes the cluster";
    }
    if (rule == "part") {
        return "only a part of the document was looked at";
    }
    if (rule.starts_with("guard-")) {
        return "a guard stands in the way of the plan";
    }
    if (rule.starts_with("allowed-")) {
        return "a flag let the plan past a guard";
    }
    if (rule == "invalid-document") {
        return "a document is not valid, so that nothing can be planned";
    }
    if (rule == "assertion") {
        return "a test of access that the document makes does not hold";
    }
    return "the plan was not carried out as a whole";
}

/// The policy's rules, all of them, and what else is among the results.
json::Array rules_value(const Observations& observations) {
    json::Array rules;
    for (const policy::Rule& rule : policy::rules()) {
        rules.push_back(rule_value(rule.id, rule.summary, rule.explanation, level_of(rule.severity))
        );
    }
    std::set<std::string> others;
    for (const Observation& one : observations) {
        if (policy::find_rule(one.rule) == nullptr && others.insert(one.rule).second) {
            const std::string_view summary = summary_of(one.rule);
            rules.push_back(rule_value(one.rule, summary, summary, one.level));
        }
    }
    return rules;
}

std::int64_t index_of(const json::Array& rules, const std::string& rule) {
    const auto found = std::ranges::find_if(rules, [&](const json::Value& value) {
        return *value.find("id")->as_string() == rule;
    });
    return found - rules.begin();
}

/// GitHub takes no result without a place. What no document speaks of, such as a user somebody
/// made by hand, is shown where the first document begins; where there is none, nowhere.
json::Value locations_value(const Observation& one, const ScanContext& context) {
    const Span& span = one.span ? one.span : context.fallback;
    if (!span) {
        return json::Array();
    }
    json::Object region = {
        {"startLine", static_cast<std::int64_t>(span.line)},
        {"startColumn", static_cast<std::int64_t>(std::max<std::size_t>(span.column, 1))},
    };
    return json::Array{json::Object{
        {"physicalLocation",
         json::Object{
             {"artifactLocation", json::Object{{"uri", context.names.uri_of(span)}}},
             {"region", std::move(region)},
         }}}};
}

} // namespace

std::string sarif(const Observations& observations, const ScanContext& context) {
    const Observations shown = worth_a_look(observations);
    const std::vector<std::string> fingerprints = fingerprints_of(shown);
    json::Array rules = rules_value(shown);
    json::Array results;
    for (const auto& [one, fingerprint] : ranges::views::zip(shown, fingerprints)) {
        results.push_back(json::Object{
            {"ruleId", one.rule},
            {"ruleIndex", index_of(rules, one.rule)},
            {"level", level_text(one.level)},
            {"message", message(one.help.empty() ? one.message : one.message + "; " + one.help)},
            {"locations", locations_value(one, context)},
            {"partialFingerprints", json::Object{{"pveform/v1", fingerprint}}},
        });
    }
    const json::Value log = json::Object{
        {"$schema", sarif_schema},
        {"version", "2.1.0"},
        {"runs",
         json::Array{json::Object{
             {"tool",
              json::Object{
                  {"driver",
                   json::Object{
                       {"name", tool_name},
                       {"version", context.version},
                       {"rules", std::move(rules)},
                   }}}},
             {"automationDetails",
              json::Object{{"id", fmt::format("pveform/{}/{}", context.command, context.cluster)}}},
             {"columnKind", "utf16CodeUnits"},
             {"results", std::move(results)},
         }}},
    };
    return json::dump(log, json::Style::indented) + "\n";
}

} // namespace pveform::render
