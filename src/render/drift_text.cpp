#include "render/drift_text.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <variant>

#include <fmt/format.h>

#include "base/text.hpp"
#include "render/access_text.hpp"
#include "render/fields.hpp"
#include "render/heading.hpp"
#include "render/plan_table.hpp"
#include "render/policy.hpp"

namespace pveform::render {

namespace {

using plan::DriftItem;
using plan::DriftKind;

constexpr std::size_t kind_width = 9; // `unmanaged`

/// `+` is what the cluster has beyond what it should have, `-` what it lacks.
plan::Action sign_of(DriftKind kind) {
    switch (kind) {
    case DriftKind::missing:
    case DriftKind::removed:
        return plan::Action::destroy;
    case DriftKind::changed:
        return plan::Action::update;
    case DriftKind::unmanaged:
    case DriftKind::added:
        return plan::Action::create;
    case DriftKind::expiring:
        return plan::Action::rotate;
    }
    return plan::Action::update;
}

std::string field_in_words(const plan::FieldDrift& field) {
    const json::Value& expected = field.expected;
    const json::Value& live = field.live;
    if (expected.as_array() != nullptr && live.as_array() != nullptr) {
        return list_change(field.name, expected, live);
    }
    if (field.name == "expire") {
        return fmt::format("expires {} instead of {}", *live.as_string(), *expected.as_string());
    }
    if (field.name == "propagate") {
        return fmt::format(
            "{} instead of {}", propagation_in_words(live), propagation_in_words(expected)
        );
    }
    return fmt::format(
        "{} {} instead of {}", field.name, value_in_words(live), value_in_words(expected)
    );
}

bool is_entry(const DriftItem& item) {
    return std::holds_alternative<AclKey>(item.key);
}

std::string kind_cell(const DriftItem& item, std::string_view object) {
    return padded(plan::to_string(item.kind), kind_width) + "  " + std::string(object);
}

std::vector<Row> object_rows(const plan::Drift& drift) {
    std::vector<Row> rows;
    for (const DriftItem& item : drift.items) {
        if (!is_entry(item)) {
            rows.push_back(Row{
                .action = sign_of(item.kind),
                .kind = kind_cell(item, to_string(kind_of(item.key))),
                .name = printable(name_of(item.key)),
                .detail = drift_in_words(item),
                .source = printable(item.source.file_and_line()),
                .below = {},
            });
        }
    }
    return rows;
}

std::map<std::string, std::vector<Row>> acl_rows(const plan::Drift& drift) {
    std::map<AclPath, std::size_t> role_widths;
    for (const DriftItem& item : drift.items) {
        if (const auto* key = std::get_if<AclKey>(&item.key)) {
            std::size_t& width = role_widths[key->path];
            width = std::max(width, display_width(printable(key->role.text)));
        }
    }
    std::map<std::string, std::vector<Row>> rows;
    for (const DriftItem& item : drift.items) {
        if (!is_entry(item)) {
            continue;
        }
        const auto& key = std::get<AclKey>(item.key);
        rows[key.path.text].push_back(Row{
            .action = sign_of(item.kind),
            .kind = kind_cell(item, to_string(key.principal.kind)),
            .name = printable(key.principal.text()),
            .detail = padded(printable(key.role.text), role_widths.at(key.path)) + "  " +
                      drift_in_words(item),
            .source = printable(item.source.file_and_line()),
            .below = {},
        });
    }
    return rows;
}

std::string access_text(const plan::Drift& drift, const DriftContext& context, const Style& style) {
    if (drift.deviation.effective_access.affected.empty()) {
        return {};
    }
    return effective_access_text(
        drift.deviation,
        style,
        context.against.empty() ? "Effective access beyond the document (+), and short of it (-)"
                                : "Effective access gained (+) and lost (-) since"
    );
}

} // namespace

std::string drift_in_words(const DriftItem& item) {
    std::vector<std::string> words;
    if (!item.reason.empty()) {
        words.push_back(printable(item.reason));
    }
    switch (item.kind) {
    case DriftKind::missing:
    case DriftKind::removed:
        for (const plan::FieldDrift& field : item.fields) {
            words.push_back(
                field.name == "propagate" ? propagation_in_words(field.expected)
                                          : property_in_words(field.name, field.expected)
            );
        }
        break;
    case DriftKind::changed:
        std::ranges::transform(item.fields, std::back_inserter(words), field_in_words);
        break;
    case DriftKind::unmanaged:
    case DriftKind::added:
        for (const plan::FieldDrift& field : item.fields) {
            if (field.name == "propagate") {
                words.push_back(propagation_in_words(field.live));
            } else if (item.kind == DriftKind::added) {
                words.push_back(property_in_words(field.name, field.live));
            }
        }
        break;
    case DriftKind::expiring:
        break;
    }
    return join(words, ", ");
}

std::string drift_summary(const plan::Drift& drift, const DriftContext& context) {
    std::vector<std::string> parts;
    for (const DriftKind kind : plan::all_drift_kinds) {
        if (const std::size_t count = drift.count(kind); count > 0) {
            parts.push_back(fmt::format("{} {}", count, plan::to_string(kind)));
        }
    }
    if (drift.is_of_access_alone()) {
        parts.emplace_back("access alone, as pools have other members");
    }
    if (!parts.empty()) {
        return (drift.part ? "Drift of what was chosen: " : "Drift: ") + join(parts, ", ");
    }
    if (drift.part) {
        return "No drift of what was chosen";
    }
    return context.against.empty() ? "No drift: the cluster is as the document says"
                                   : "No drift: the cluster is as it was";
}

std::string drift_text(const plan::Drift& drift, const DriftContext& context, const Style& style) {
    std::string out =
        heading(context.about, {plan::extent_of(drift.live()), drift.deviation.hidden_pools});
    if (!context.against.empty()) {
        out += fmt::format("Compared with {}\n", printable(context.against));
    }
    out += "\n";
    if (const auto rows = object_rows(drift); !rows.empty()) {
        out += table(rows, 2, style) + "\n";
    }
    for (const auto& [path, rows] : acl_rows(drift)) {
        out += fmt::format("  ACL {}\n", printable(path)) + table(rows, 4, style) + "\n";
    }
    out += access_text(drift, context, style);
    const std::string review = findings_text(drift.findings, context.about.show_unmanaged, style) +
                               verdicts_text(drift.verdicts, style);
    out += review.empty() ? review : review + "\n";
    out += notices_text(drift.notices, style);
    if (context.about.show_unmanaged) {
        out += left_alone_text(drift.left_alone);
    }
    out += blocks_text(drift.blocks, style);
    out += drift_summary(drift, context) + "\n";
    return drift.left_alone.empty()
               ? out
               : out + fmt::format("Left alone: {}\n", counts_of(drift.left_alone));
}

} // namespace pveform::render
