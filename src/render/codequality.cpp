#include "render/codequality.hpp"

#include <range/v3/view/zip.hpp>

#include "render/plain.hpp"
#include "json/write.hpp"

namespace pveform::render {

namespace {

std::string_view severity_of(Level level) {
    switch (level) {
    case Level::none:
    case Level::note:
        return "info";
    case Level::warning:
        return "minor";
    case Level::error:
        return "critical";
    }
    return "info";
}

} // namespace

std::string codequality(const Observations& observations, const ScanContext& context) {
    const Observations shown = worth_a_look(observations);
    const std::vector<std::string> fingerprints = fingerprints_of(shown);
    json::Array issues;
    for (const auto& [one, fingerprint] : ranges::views::zip(shown, fingerprints)) {
        const Span& span = one.span ? one.span : context.fallback;
        if (!span) {
            continue;
        }
        const std::string help = one.help.empty() ? std::string() : "; " + one.help;
        issues.push_back(json::Object{
            {"description", plain(one.message + help)},
            {std::string(name_of_check), one.rule},
            {"fingerprint", fingerprint},
            {"severity", severity_of(one.level)},
            {"location",
             json::Object{
                 {"path", context.names.name_of(span)},
                 {"lines", json::Object{{"begin", static_cast<std::int64_t>(span.line)}}},
             }},
        });
    }
    return json::dump(issues, json::Style::indented) + "\n";
}

} // namespace pveform::render
