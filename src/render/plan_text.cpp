#include "render/plan_text.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <tuple>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "render/access_text.hpp"
#include "render/fold.hpp"
#include "render/plan_table.hpp"
#include "render/policy.hpp"

namespace pveform::render {

namespace {

using plan::Action;
using plan::Change;
using plan::FieldChange;

std::vector<std::string> strings_of(const json::Value& value) {
    std::vector<std::string> strings;
    if (const json::Array* array = value.as_array()) {
        for (const json::Value& item : *array) {
            strings.push_back(printable(*item.as_string()));
        }
    }
    return strings;
}

std::string in_words(const json::Value& value) {
    if (const bool* flag = value.as_bool()) {
        return *flag ? "true" : "false";
    }
    if (const std::string* text = value.as_string()) {
        return fmt::format("\"{}\"", printable(*text));
    }
    if (value.as_array() != nullptr) {
        return fmt::format("[{}]", join(strings_of(value), ", "));
    }
    return "none";
}

/// `groups +ops -dev`: what comes and what goes, since a long list twice is hard to compare.
std::string list_change(const FieldChange& field) {
    const auto before = strings_of(field.before);
    const auto after = strings_of(field.after);
    std::vector<std::string> words;
    for (const std::string& item : after) {
        if (!std::ranges::binary_search(before, item)) {
            words.push_back("+" + item);
        }
    }
    for (const std::string& item : before) {
        if (!std::ranges::binary_search(after, item)) {
            words.push_back("-" + item);
        }
    }
    return fmt::format("{} {}", field.name, join(words, " "));
}

std::string update_in_words(const FieldChange& field) {
    if (field.before.as_array() != nullptr && field.after.as_array() != nullptr) {
        return list_change(field);
    }
    if (field.name == "expire") {
        return fmt::format("expires {} → {}", *field.before.as_string(), *field.after.as_string());
    }
    return fmt::format("{} {} → {}", field.name, in_words(field.before), in_words(field.after));
}

/// Of an object that comes to be or goes: what it is, without what goes without saying.
std::string creation_in_words(const FieldChange& field) {
    const json::Value& value = field.after.is_null() ? field.before : field.after;
    if (field.name == "privileges") {
        const auto privileges = strings_of(value);
        return privileges.empty() ? "no privileges" : join(privileges, ", ");
    }
    if (field.name == "privilege_separation") {
        return *value.as_bool() ? "privsep" : "all rights of its user";
    }
    if (field.name == "expire") {
        const std::string& time = *value.as_string();
        return time == "never" ? "never expires" : fmt::format("expires {}", time);
    }
    if (field.name == "enabled") {
        return *value.as_bool() ? "enabled" : "disabled";
    }
    return fmt::format("{} {}", field.name, in_words(value));
}

std::string detail_of(const Change& change) {
    std::vector<std::string> details;
    if (!change.reason.empty()) {
        details.push_back(change.reason);
    }
    if (change.action == Action::destroy) {
        return join(details, ", ");
    }
    for (const FieldChange& field : change.fields) {
        const bool is_new = change.action == Action::create;
        // An old expiry of 1 is PVE's mark, already put into words by the reason.
        const bool is_mark = change.action == Action::rotate && field.name == "expire";
        details.push_back(is_new || is_mark ? creation_in_words(field) : update_in_words(field));
    }
    return join(details, ", ");
}

bool issues_secret(const Change& change) {
    return std::holds_alternative<TokenId>(change.key) &&
           (change.action == Action::create || change.action == Action::rotate);
}

/// The object that takes a cascade along; what else could it be but its user, group, token or role.
std::string taker_of(const Change& cascade) {
    constexpr std::string_view prefix = "goes with ";
    return cascade.reason.substr(prefix.size());
}

/// `PVE also removes: token bob@pve!old, membership ops, 1 ACL entry`.
std::string cascades_in_words(const std::vector<const Change*>& cascades, const Change& taker) {
    std::vector<std::string> parts;
    std::size_t entries = 0;
    for (const Change* cascade : cascades) {
        if (std::holds_alternative<TokenId>(cascade->key)) {
            parts.push_back("token " + printable(plan::name_of(cascade->key)));
        } else {
            ++entries;
        }
    }
    for (const FieldChange& field : taker.fields) {
        for (const std::string& name : strings_of(field.before)) {
            if (field.name == "groups") {
                parts.push_back("membership " + name);
            } else if (field.name == "members") {
                parts.push_back("membership of " + name);
            }
        }
    }
    if (entries > 0) {
        parts.push_back(plural(entries, "ACL entry"));
    }
    return parts.empty() ? std::string() : "PVE also removes: " + join(parts, ", ");
}

std::vector<Row> object_rows(const plan::Plan& plan, const PlanContext& context) {
    std::map<std::string, std::vector<const Change*>> cascades;
    for (const Change& change : plan.changes) {
        if (change.action == Action::cascade) {
            cascades[taker_of(change)].push_back(&change);
        }
    }
    std::vector<Row> rows;
    for (const Change& change : plan.changes) {
        if (std::holds_alternative<AclKey>(change.key) || change.action == Action::cascade) {
            continue;
        }
        const std::string kind(plan::kind_of(change.key));
        Row row{
            .action = change.action,
            .kind = kind,
            .name = printable(plan::name_of(change.key)),
            .detail = detail_of(change),
            .source = change.source.file_and_line(),
            .below = {},
        };
        if (issues_secret(change)) {
            row.below.push_back(fmt::format(
                "secret → {}", context.secrets_place.empty() ? "nowhere yet" : context.secrets_place
            ));
        }
        if (change.action == Action::destroy) {
            const std::string words = cascades_in_words(
                cascades[fmt::format("{} {}", kind, plan::name_of(change.key))], change
            );
            if (!words.empty()) {
                row.below.push_back(words);
            }
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

/// `propagate`, `this path only`, or how that changes.
std::string propagation_of(const Change& change) {
    const auto in_words = [](const json::Value& value) {
        return *value.as_bool() ? "propagate" : "this path only";
    };
    const FieldChange& field = change.fields.front();
    if (change.action == Action::update) {
        return fmt::format("{} → {}", in_words(field.before), in_words(field.after));
    }
    return in_words(field.after.is_null() ? field.before : field.after);
}

/// By path; what goes with its user, group or token is said there.
std::map<std::string, std::vector<Row>> acl_rows(const plan::Plan& plan) {
    std::map<std::string, std::vector<const Change*>> by_path;
    for (const Change& change : plan.changes) {
        const auto* key = std::get_if<AclKey>(&change.key);
        if (key != nullptr && change.action != Action::cascade) {
            by_path[key->path.text].push_back(&change);
        }
    }
    std::map<std::string, std::vector<Row>> rows;
    for (const auto& [path, changes] : by_path) {
        std::size_t role_width = 0;
        for (const Change* change : changes) {
            role_width = std::max(role_width, std::get<AclKey>(change->key).role.text.size());
        }
        for (const Change* change : changes) {
            const auto& key = std::get<AclKey>(change->key);
            rows[path].push_back(Row{
                .action = change->action,
                .kind = std::string(to_string(key.principal.kind)),
                .name = printable(key.principal.text()),
                .detail = padded(key.role.text, role_width) + "  " + propagation_of(*change),
                .source = change->source.file_and_line(),
                .below = {},
            });
        }
    }
    return rows;
}

/// `complete view`, or what is missing from it.
std::string completeness(const plan::Plan& plan) {
    if (plan.hidden_pools.empty()) {
        return "complete view";
    }
    const AclPath all{"/pool"};
    if (plan.hidden_pools.contains(all)) {
        return "complete view but for pools below /pool";
    }
    std::vector<std::string> paths;
    std::ranges::transform(plan.hidden_pools, std::back_inserter(paths), &AclPath::text);
    return "complete view but for pools at and below " + printable(join(paths, ", "));
}

std::string header(const plan::Plan& plan, const PlanContext& context) {
    std::string who = context.origin.empty() ? "as " + printable(context.identity)
                                             : "from " + printable(context.origin);
    if (plan.applier.is_certain && plan.applier.identity->text() != context.identity) {
        who += " for " + printable(plan.applier.identity->text());
    }
    return fmt::format(
        "Cluster {} · PVE {} · {} · {} ({}, {}, {})\n",
        printable(context.cluster),
        printable(context.version),
        who,
        completeness(plan),
        plural(plan.before.users.size(), "user"),
        plural(plan.before.groups.size(), "group"),
        plural(plan.before.acl.size(), "ACL entry")
    );
}

/// `12 users, 61 ACL entries`.
std::string counts_of(const std::vector<plan::ObjectKey>& keys) {
    std::map<std::string_view, std::size_t> counts;
    for (const plan::ObjectKey& key : keys) {
        ++counts[plan::kind_of(key)];
    }
    std::vector<std::string> parts;
    for (const std::string_view kind : {"role", "group", "user", "token", "acl"}) {
        if (const auto count = counts.find(kind); count != counts.end()) {
            parts.push_back(plural(count->second, kind == "acl" ? "ACL entry" : kind));
        }
    }
    return join(parts, ", ");
}

/// `own access kept`, as far as the guards looked.
std::string own_access(const plan::Plan& plan) {
    if (!plan.applier.identity) {
        return "access and rights of who applies it: not evaluated (`--as`)";
    }
    const auto tripped = [&](std::string_view guard) {
        return std::ranges::any_of(plan.blocks, [&](const plan::Block& block) {
            return block.guard == guard;
        });
    };
    std::string words = tripped("lockout") ? "own access lost" : "own access kept";
    if (!plan.applier.is_certain) {
        return words + " · rights of who applies it: not evaluated (`--as`)";
    }
    return words + (tripped("rights") ? " · rights missing" : " · rights suffice");
}

std::string footer(const plan::Plan& plan) {
    std::vector<std::string> parts;
    if (!plan.left_alone.empty()) {
        parts.push_back("Left alone: " + counts_of(plan.left_alone));
    }
    if (plan.destroyed > 0) {
        parts.push_back(
            fmt::format("limits: destroy {}/{}", plan.destroyed, plan.limits.destroy.value)
        );
    }
    if (plan.entries_removed > 0) {
        parts.push_back(fmt::format(
            "{}ACL removals {}/{}",
            plan.destroyed > 0 ? "" : "limits: ",
            plan.entries_removed,
            plan.limits.acl_removals.value
        ));
    }
    if (!plan.is_empty()) {
        parts.push_back(own_access(plan));
    }
    return parts.empty() ? std::string() : join(parts, " · ") + "\n";
}

std::string unmanaged(const plan::Plan& plan) {
    std::string out;
    for (const plan::ObjectKey& key : plan.left_alone) {
        out += fmt::format("    {:<5}  {}\n", plan::kind_of(key), printable(plan::name_of(key)));
    }
    return out.empty() ? out : "  Left alone\n" + out + "\n";
}

std::string blocks_text(const std::vector<plan::Block>& blocks, const Style& style) {
    std::string out;
    for (const plan::Block& block : blocks) {
        const std::string place = block.span ? block.span.file_and_line() + ": " : "";
        out += fmt::format(
            "  {} {}{}\n    {} {}\n",
            paint(style, Paint::error, fmt::format("blocked[{}]", block.guard)),
            place,
            printable(block.message),
            paint(style, Paint::help, "help:"),
            printable(block.help)
        );
    }
    return blocks.empty() ? out : out + "\n";
}

} // namespace

std::string plan_summary(const plan::Plan& plan) {
    std::map<Action, std::size_t> objects;
    std::map<Action, std::size_t> entries;
    for (const Change& change : plan.changes) {
        const bool is_entry = std::holds_alternative<AclKey>(change.key);
        ++(is_entry ? entries : objects)[change.action];
    }
    const auto count = [](const std::map<Action, std::size_t>& counts,
                          const std::vector<std::pair<Action, std::string_view>>& words) {
        std::vector<std::string> parts;
        for (const auto& [action, word] : words) {
            if (const auto found = counts.find(action); found != counts.end()) {
                parts.push_back(fmt::format("{} {}", found->second, word));
            }
        }
        return join(parts, ", ");
    };
    const std::string object_words = count(
        objects,
        {{Action::create, "to create"},
         {Action::update, "to update"},
         {Action::rotate, "to re-issue"},
         {Action::disable, "to disable"},
         {Action::destroy, "to destroy"},
         {Action::cascade, "destroyed with it"}}
    );
    const std::string entry_words = count(
        entries,
        {{Action::create, "to add"},
         {Action::update, "to change"},
         {Action::destroy, "to remove"},
         {Action::cascade, "removed along"}}
    );
    std::string summary = "Plan: " + object_words;
    if (!entry_words.empty()) {
        summary += (object_words.empty() ? "ACL " : " · ACL ") + entry_words;
    }
    return summary;
}

std::string plan_text(const plan::Plan& plan, const PlanContext& context, const Style& style) {
    std::string out = header(plan, context) + "\n";
    if (plan.is_empty()) {
        out += plan.part ? "  No changes to what was chosen.\n\n"
                         : "  No changes: the cluster is as the document says.\n\n";
    }
    if (const auto rows = object_rows(plan, context); !rows.empty()) {
        out += table(rows, 2, style) + "\n";
    }
    for (const auto& [path, rows] : acl_rows(plan)) {
        out += fmt::format("  ACL {}\n", printable(path)) + table(rows, 4, style) + "\n";
    }
    out += effective_access_text(plan, style);
    const std::string review = findings_text(plan.findings, context.show_unmanaged, style) +
                               verdicts_text(plan.verdicts, style);
    out += review.empty() ? review : review + "\n";
    for (const plan::Notice& notice : plan.notices) {
        const std::string place = notice.span ? notice.span.file_and_line() + ": " : "";
        out += fmt::format(
            "  {} {}{}\n", paint(style, Paint::warning, "note:"), place, printable(notice.message)
        );
    }
    if (!plan.notices.empty()) {
        out += "\n";
    }
    if (context.show_unmanaged) {
        out += unmanaged(plan);
    }
    out += blocks_text(plan.blocks, style);
    if (!plan.is_empty()) {
        out += plan_summary(plan) + "\n";
    }
    return folded(out + footer(plan), style);
}

} // namespace pveform::render
