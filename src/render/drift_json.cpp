#include "render/drift_json.hpp"

#include <array>

#include "base/time.hpp"
#include "render/access_json.hpp"
#include "render/parts_json.hpp"
#include "render/policy.hpp"
#include "json/write.hpp"

namespace pveform::render {

namespace {

constexpr int drift_version = 1;

json::Value item_value(const plan::DriftItem& item) {
    json::Array fields;
    for (const plan::FieldDrift& field : item.fields) {
        fields.push_back(json::Object{
            {"name", field.name},
            {"expected", field.expected},
            {"live", field.live},
        });
    }
    return json::Object{
        {"drift", plan::to_string(item.kind)},
        {"information", item.is_information},
        {"kind", to_string(kind_of(item.key))},
        {"id", name_of(item.key)},
        {"fields", std::move(fields)},
        {"reason", item.reason},
        {"source", source_value(item.source)},
    };
}

json::Value counts_value(const plan::Drift& drift) {
    json::Object counts;
    for (const plan::DriftKind kind : plan::all_drift_kinds) {
        counts.emplace_back(
            std::string(plan::to_string(kind)), static_cast<std::int64_t>(drift.count(kind))
        );
    }
    return counts;
}

json::Value tokens_value(const plan::Drift& drift) {
    json::Array tokens;
    for (const plan::CurrentToken& token : drift.current_tokens) {
        tokens.push_back(json::Object{
            {"declared", token.declared.text()},
            {"holder", token.holder.text()},
            {"expires",
             token.expire.is_never() ? json::Value()
                                     : json::Value(format_rfc3339(token.expire.seconds))},
            {"due", token.is_due},
            {"overdue", token.is_late},
            {"source", source_value(token.span)},
        });
    }
    return tokens;
}

} // namespace

std::string drift_json(const plan::Drift& drift, const DriftContext& context) {
    json::Array items;
    for (const plan::DriftItem& item : drift.items) {
        items.push_back(item_value(item));
    }
    const PlanContext& about = context.about;
    const json::Value report = json::Object{
        {"format_version", drift_version},
        {"report", "drift"},
        {"cluster", about.cluster},
        {"pve_version", about.version},
        {"identity", text_or_null(about.identity)},
        {"origin", text_or_null(about.origin)},
        {"against", text_or_null(context.against)},
        {"part", part_value(drift.part)},
        {"checked_at", format_rfc3339(drift.now())},
        {"drifted", drift.is_drifted()},
        {"counts", counts_value(drift)},
        {"items", std::move(items)},
        {"effective_access", effective_access_value(drift.deviation)},
        {"tokens", tokens_value(drift)},
        {"findings", findings_value(drift.findings)},
        {"ignored_findings", ignored_value(drift.findings)},
        {"policy_remarks", remarks_value(drift.findings)},
        {"assertions", verdicts_value(drift.verdicts)},
        {"notices", notices_value(drift.notices)},
        {"blocks", blocks_value(drift.blocks)},
        {"left_alone", objects_value(drift.left_alone)},
        {"hidden_pools", paths_value(drift.deviation.hidden_pools)},
    };
    return json::dump(report, json::Style::indented) + "\n";
}

} // namespace pveform::render
