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
#include "render/fields.hpp"
#include "render/fold.hpp"
#include "render/heading.hpp"
#include "render/plan_table.hpp"
#include "render/policy.hpp"

namespace pveform::render {

namespace {

using plan::Action;
using plan::Change;
using plan::FieldChange;

std::string update_in_words(const FieldChange& field) {
    if (field.before.as_array() != nullptr && field.after.as_array() != nullptr) {
        return list_change(field.name, field.before, field.after);
    }
    if (field.name == "expire") {
        return fmt::format("expires {} → {}", *field.before.as_string(), *field.after.as_string());
    }
    return fmt::format(
        "{} {} → {}", field.name, value_in_words(field.before), value_in_words(field.after)
    );
}

std::string detail_of(const Change& change) {
    std::vector<std::string> details;
    if (change.action == Action::rotate) {
        details.emplace_back("new secret");
    }
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
        details.push_back(
            is_new || is_mark
                ? property_in_words(field.name, field.after.is_null() ? field.before : field.after)
                : update_in_words(field)
        );
    }
    return join(details, ", ");
}

bool issues_secret(const Change& change) {
    return std::holds_alternative<TokenId>(change.key) &&
           (change.action == Action::create || change.action == Action::rotate);
}

/// Kind and name, as cascades name who takes them along.
std::string full_name(const ObjectKey& key) {
    return fmt::format("{} {}", to_string(kind_of(key)), name_of(key));
}

/// The object that takes a cascade along; what else could it be but its user, group, token or role.
std::string taker_of(const Change& cascade) {
    return cascade.reason.substr(plan::cascade_prefix.size());
}

/// By the object that is destroyed. What goes with a token that goes with its user is the user's:
/// such a token has no row of its own.
std::map<std::string, std::vector<const Change*>> cascades_of(const plan::Plan& plan) {
    std::map<std::string, std::string> users; // of tokens that go with them
    for (const Change& change : plan.changes) {
        if (change.action == Action::cascade && std::holds_alternative<TokenId>(change.key)) {
            users[full_name(change.key)] = taker_of(change);
        }
    }
    std::map<std::string, std::vector<const Change*>> cascades;
    for (const Change& change : plan.changes) {
        if (change.action == Action::cascade) {
            const std::string taker = taker_of(change);
            const auto user = users.find(taker);
            cascades[user == users.end() ? taker : user->second].push_back(&change);
        }
    }
    return cascades;
}

/// `PVE also removes: token bob@pve!old, membership ops, 1 ACL entry`.
std::string cascades_in_words(const std::vector<const Change*>& cascades, const Change& taker) {
    std::vector<std::string> parts;
    std::size_t entries = 0;
    for (const Change* cascade : cascades) {
        if (std::holds_alternative<TokenId>(cascade->key)) {
            parts.push_back("token " + printable(name_of(cascade->key)));
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
    std::map<std::string, std::vector<const Change*>> cascades = cascades_of(plan);
    std::vector<Row> rows;
    for (const Change& change : plan.changes) {
        if (std::holds_alternative<AclKey>(change.key) || change.action == Action::cascade) {
            continue;
        }
        const std::string kind(to_string(kind_of(change.key)));
        Row row{
            .action = change.action,
            .kind = kind,
            .name = printable(name_of(change.key)),
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
            const std::string words = cascades_in_words(cascades[full_name(change.key)], change);
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
    const FieldChange& field = change.fields.front();
    if (change.action == Action::update) {
        return fmt::format(
            "{} → {}", propagation_in_words(field.before), propagation_in_words(field.after)
        );
    }
    return propagation_in_words(field.after.is_null() ? field.before : field.after);
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

/// Who will apply it, where that is somebody else than who read.
std::string applier_other_than(const PlanContext& context, const plan::Plan& plan) {
    const bool is_other =
        plan.applier.is_certain && plan.applier.identity->text() != context.identity;
    return is_other ? plan.applier.identity->text() : std::string();
}

bool is_of_guard(const std::vector<plan::Block>& blocks, std::string_view guard) {
    return std::ranges::find(blocks, guard, &plan::Block::guard) != blocks.end();
}

/// `own access kept`, as far as the guards looked. A lock-out can also be that of all
/// administrators, or one that comes in a few days: what it is, is said above.
std::vector<std::string> own_access(const plan::Plan& plan) {
    std::vector<std::string> parts;
    if (is_of_guard(plan.blocks, "lockout")) {
        parts.emplace_back("access lost: blocked");
    } else if (is_of_guard(plan.allowed, "lockout")) {
        parts.emplace_back("access lost: allowed (`--allow-lockout`)");
    } else if (plan.applier.identity) {
        parts.emplace_back("own access kept");
    }
    if (!plan.applier.identity) {
        parts.emplace_back("access and rights of who applies it: not evaluated (`--as`)");
    } else if (!plan.applier.is_certain) {
        parts.emplace_back("rights of who applies it: not evaluated (`--as`)");
    } else {
        const bool is_short = is_of_guard(plan.blocks, "rights");
        parts.emplace_back(is_short ? "rights missing" : "rights suffice");
    }
    return parts;
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
        std::ranges::move(own_access(plan), std::back_inserter(parts));
    }
    return parts.empty() ? std::string() : join(parts, " · ") + "\n";
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

std::string no_changes_text(const plan::Plan& plan) {
    if (!plan.rotation.nothing_else) {
        return plan.part ? "No changes to what was chosen."
                         : "No changes: the cluster is as the document says.";
    }
    // One that is due may have to wait: a note says so.
    const bool none_is_due = plan.rotation.urgency == plan::Urgency::due &&
                             std::ranges::none_of(plan.current_tokens, &plan::CurrentToken::is_due);
    return fmt::format(
        "No token {} a new secret ({} looked at); nothing else was compared.",
        none_is_due ? "is due for" : "gets",
        plan.current_tokens.size()
    );
}

std::string plan_text(const plan::Plan& plan, const PlanContext& context, const Style& style) {
    std::string out =
        heading(context, {plan.extent, plan.hidden_pools, applier_other_than(context, plan)}) +
        "\n";
    if (plan.is_empty()) {
        out += fmt::format("  {}\n\n", no_changes_text(plan));
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
    out += notices_text(plan.notices, style);
    if (context.show_unmanaged) {
        out += left_alone_text(plan.left_alone);
    }
    out += blocks_text(plan.blocks, style);
    out += allowed_text(plan.allowed, style);
    if (!plan.is_empty()) {
        out += plan_summary(plan) + "\n";
    }
    return folded(out + footer(plan), style);
}

} // namespace pveform::render
