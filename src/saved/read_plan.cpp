#include "saved/read_plan.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <ranges>

#include <fmt/format.h>

#include "base/text.hpp"
#include "plan/guard.hpp"

namespace pveform::saved {

using namespace json::reading; // NOLINT: the words that this file is written in

namespace {

using plan::Action;
using plan::Change;
using plan::FieldChange;

Read<Action> action_of(const Place& place) {
    const std::string text = TRY(text_of(place));
    for (const auto action :
         {Action::create,
          Action::update,
          Action::destroy,
          Action::disable,
          Action::rotate,
          Action::cascade}) {
        if (text == to_string(action)) {
            return action;
        }
    }
    return refuse(place, "is no action");
}

Read<ObjectKey> key_of(const Place& place) {
    const Place kind = TRY(field_of(place, "kind"));
    const Place id = TRY(field_of(place, "id"));
    const auto what = parse_object_kind(TRY(text_of(kind)));
    if (!what) {
        return refuse(kind, "is no kind of object");
    }
    auto key = parse_object(*what, TRY(text_of(id)));
    return key ? Read<ObjectKey>(std::move(*key)) : refuse(id, "names no object of its kind");
}

/// What the values of a field are. Texts and lists can be null.
enum class Form { text, time, flag, list };

const std::map<std::string_view, Form> forms = {
    {"comment", Form::text},
    {"email", Form::text},
    {"enabled", Form::flag},
    {"expire", Form::time},
    {"first_name", Form::text},
    {"groups", Form::list},
    {"last_name", Form::text},
    {"members", Form::list},
    {"privilege_separation", Form::flag},
    {"privileges", Form::list},
    {"propagate", Form::flag},
};

Read<void> check_time(const Place& place) {
    const std::string text = TRY(text_of(place));
    return text == printable(text) ? Read<void>() : refuse(place, "is no time");
}

Read<json::Value> value_of(const Place& place, std::string_view field) {
    const auto form = forms.find(field);
    if (form == forms.end()) {
        return refuse(place, "is no field of an object");
    }
    if (form->second == Form::flag) {
        TRY(flag_of(place));
    } else if (form->second == Form::time) {
        TRY(check_time(place));
    } else if (form->second == Form::list && !place.value->is_null()) {
        TRY(set_of<std::string>(place));
    } else if (!place.value->is_null()) {
        TRY(text_of(place));
    }
    return *place.value;
}

/// The fields of one side; none where there is null.
Read<std::vector<std::pair<std::string, json::Value>>> side_of(const Place& place) {
    std::vector<std::pair<std::string, json::Value>> fields;
    if (place.value->is_null()) {
        return fields;
    }
    for (const auto& [name, value] : TRY(members_of(place))) {
        fields.emplace_back(name, TRY(value_of(value, name)));
    }
    return fields;
}

Read<std::vector<FieldChange>> fields_of_change(const Place& place) {
    const Place before = TRY(field_of(place, "before"));
    const Place after = TRY(field_of(place, "after"));
    const auto old = TRY(side_of(before));
    const auto fresh = TRY(side_of(after));
    if (!before.value->is_null() && !after.value->is_null() &&
        !std::ranges::equal(old | std::views::keys, fresh | std::views::keys)) {
        return refuse(after, "speaks of other fields than `before`");
    }
    std::vector<FieldChange> fields;
    for (const auto& [name, value] : before.value->is_null() ? fresh : old) {
        fields.push_back({name, {}, {}});
    }
    for (std::size_t i = 0; i < old.size(); ++i) {
        fields[i].before = old[i].second;
    }
    for (std::size_t i = 0; i < fresh.size(); ++i) {
        fields[i].after = fresh[i].second;
    }
    return fields;
}

/// That its sides are those of its action, and that it has what its line in a plan is made of.
Read<void> check_change(const Place& place, const Change& change) {
    const bool was = !place.value->find("before")->is_null();
    const bool will_be = !place.value->find("after")->is_null();
    const bool must_have_been = change.action != Action::create;
    const bool must_be = change.action != Action::destroy && change.action != Action::cascade;
    if (was != must_have_been || will_be != must_be) {
        return refuse(place, "does not have the sides of its action");
    }
    const bool is_entry = std::holds_alternative<AclKey>(change.key);
    if (is_entry && (change.fields.size() != 1 || change.fields.front().name != "propagate")) {
        return refuse(place, "does not say whether the entry propagates");
    }
    if (change.action == Action::cascade && !change.reason.starts_with(plan::cascade_prefix)) {
        return refuse({nullptr, below(place, "reason")}, "does not say what it goes with");
    }
    return {};
}

Read<Change> change_of(const Place& place) {
    const Place action = TRY(field_of(place, "action"));
    const Place reason = TRY(field_of(place, "reason"));
    const Place foreign = TRY(field_of(place, "foreign"));
    const Place source = TRY(field_of(place, "source"));
    Change change;
    change.action = TRY(action_of(action));
    change.key = TRY(key_of(place));
    change.fields = TRY(fields_of_change(place));
    change.reason = TRY(text_of(reason));
    change.source = TRY(read_source(source));
    change.is_foreign = TRY(flag_of(foreign));
    TRY(check_change(place, change));
    if (change.action != Action::cascade) {
        change.reason = printable(change.reason);
    }
    return change;
}

Read<void> read_changes(const Place& place, plan::Plan& plan) {
    std::set<ObjectKey> keys;
    for (const Place& item : TRY(items_of(place))) {
        plan.changes.push_back(TRY(change_of(item)));
        if (!keys.insert(plan.changes.back().key).second) {
            return refuse(item, "is about an object that stands there twice");
        }
    }
    const auto count = [&](auto predicate) {
        return static_cast<std::size_t>(std::ranges::count_if(plan.changes, predicate));
    };
    plan.destroyed = count(plan::takes_away_object);
    plan.entries_removed = count(plan::removes_entry);
    return {};
}

Read<void> read_blocks(const Place& place, plan::Plan& plan) {
    for (const Place& item : TRY(items_of(place))) {
        const Place guard = TRY(field_of(item, "guard"));
        const Place message = TRY(field_of(item, "message"));
        const Place source = TRY(field_of(item, "source"));
        const Place help = TRY(field_of(item, "help"));
        plan::Block block;
        block.guard = printable(TRY(text_of(guard)));
        block.message = TRY(text_of(message));
        block.span = TRY(read_source(source));
        block.help = TRY(text_of(help));
        plan.blocks.push_back(std::move(block));
    }
    return {};
}

Read<void> read_allowed(const Place& place, plan::Plan& plan) {
    static constexpr std::array keys = {"guard", "message"};
    for (const Place& item : TRY(items_of(place))) {
        const auto [guard, message] = TRY(fields_of(item, keys));
        plan::Block block;
        block.guard = printable(TRY(text_of(guard)));
        block.message = TRY(text_of(message));
        plan.allowed.push_back(std::move(block));
    }
    return {};
}

Read<void> read_notices(const Place& place, plan::Plan& plan) {
    for (const Place& item : TRY(items_of(place))) {
        const Place message = TRY(field_of(item, "message"));
        const Place source = TRY(field_of(item, "source"));
        plan::Notice notice;
        notice.message = TRY(text_of(message));
        notice.span = TRY(read_source(source));
        plan.notices.push_back(std::move(notice));
    }
    return {};
}

Read<void> read_applier(const Place& place, plan::Plan& plan) {
    const Place identity = TRY(field_of(place, "identity"));
    const Place checked = TRY(field_of(place, "rights_checked"));
    plan.applier.is_certain = TRY(flag_of(checked));
    if (!identity.value->is_null()) {
        plan.applier.identity = TRY(read_principal(identity));
    } else if (plan.applier.is_certain) {
        return refuse(identity, "is nobody, and has rights that were checked");
    }
    return {};
}

Read<std::size_t> count_of(const Place& place, std::string_view key) {
    const Place field = TRY(field_of(place, key));
    return static_cast<std::size_t>(TRY(number_of(field)));
}

Read<void> read_numbers(const Place& place, plan::Plan& plan) {
    const Place extent = TRY(field_of(place, "extent"));
    plan.extent.users = TRY(count_of(extent, "users"));
    plan.extent.groups = TRY(count_of(extent, "groups"));
    plan.extent.acl_entries = TRY(count_of(extent, "acl_entries"));
    const Place limits = TRY(field_of(place, "limits"));
    plan.limits.destroy.value = TRY(count_of(limits, "destroy"));
    plan.limits.acl_removals.value = TRY(count_of(limits, "acl_removals"));
    return {};
}

Read<void> read_part(const Place& place, plan::Plan& plan) {
    if (place.value->is_null()) {
        return {};
    }
    const Place targets = TRY(field_of(place, "targets"));
    const Place excludes = TRY(field_of(place, "excludes"));
    plan::Part part;
    part.selection.targets = TRY(read_selectors(targets));
    part.selection.excludes = TRY(read_selectors(excludes));
    part.left_out = TRY(count_of(place, "changes_left_out"));
    plan.part = std::move(part);
    return {};
}

/// Also what is not read back, as `show --format json` prints the plan as it stands there.
Read<void> check_is_whole(const Place& place) {
    static constexpr std::array keys = {
        "format_version", "cluster",          "pve_version", "identity",      "origin",
        "extent",         "applier",          "part",        "secrets_place", "changes",
        "steps",          "effective_access", "notices",     "findings",      "ignored_findings",
        "policy_remarks", "assertions",       "blocks",      "allowed",       "limits",
        "left_alone",     "hidden_pools"};
    TRY(fields_of(place, keys));
    return {};
}

} // namespace

Read<std::vector<plan::Selector>> read_selectors(const Place& place) {
    std::vector<plan::Selector> selectors;
    for (const Place& item : TRY(items_of(place))) {
        auto selector = plan::Selector::parse(TRY(text_of(item)));
        if (!selector) {
            return refuse(item, "is no KIND:GLOB");
        }
        selectors.push_back(std::move(*selector));
    }
    return selectors;
}

Read<Span> read_source(const Place& place) {
    if (place.value->is_null()) {
        return Span();
    }
    const Place file = TRY(field_of(place, "file"));
    Span span;
    span.file = std::make_shared<const SourceFile>(printable(TRY(text_of(file))), std::string());
    span.line = TRY(count_of(place, "line"));
    span.column = TRY(count_of(place, "column"));
    return span;
}

Read<std::string> text_or_nothing(const Place& place) {
    return place.value->is_null() ? Read<std::string>(std::string()) : text_of(place);
}

Read<std::string> read_path(const Place& place) {
    std::string path = TRY(text_of(place));
    return path.starts_with('/') ? Read<std::string>(std::move(path)) : refuse(place, "is no path");
}

Read<Principal> read_principal(const Place& place) {
    const std::string text = TRY(text_of(place));
    return text.find('@', 1) == std::string::npos ? refuse(place, "is no user or token")
                                                  : Read<Principal>(user_or_token(text));
}

Read<plan::Plan> read_plan(const Place& place) {
    TRY(check_is_whole(place));
    plan::Plan plan;
    const Place changes = TRY(field_of(place, "changes"));
    const Place access = TRY(field_of(place, "effective_access"));
    const Place notices = TRY(field_of(place, "notices"));
    const Place blocks = TRY(field_of(place, "blocks"));
    const Place allowed = TRY(field_of(place, "allowed"));
    const Place applier = TRY(field_of(place, "applier"));
    const Place part = TRY(field_of(place, "part"));
    const Place left_alone = TRY(field_of(place, "left_alone"));
    const Place hidden_pools = TRY(field_of(place, "hidden_pools"));
    TRY(read_changes(changes, plan));
    TRY(read_access(access, plan));
    TRY(read_policy(place, plan));
    TRY(read_notices(notices, plan));
    TRY(read_blocks(blocks, plan));
    TRY(read_allowed(allowed, plan));
    TRY(read_applier(applier, plan));
    TRY(read_part(part, plan));
    TRY(read_numbers(place, plan));
    for (const Place& item : TRY(items_of(left_alone))) {
        plan.left_alone.push_back(TRY(key_of(item)));
    }
    for (const Place& item : TRY(items_of(hidden_pools))) {
        plan.hidden_pools.insert(AclPath{TRY(read_path(item))});
    }
    const Place complete = TRY(field_of(access, "complete"));
    const bool is_complete = TRY(flag_of(complete));
    if (is_complete != plan.hidden_pools.empty()) {
        return refuse(complete, "does not fit the hidden pools");
    }
    return plan;
}

Read<render::PlanContext> read_context(const Place& place) {
    const Place cluster = TRY(field_of(place, "cluster"));
    const Place version = TRY(field_of(place, "pve_version"));
    const Place identity = TRY(field_of(place, "identity"));
    const Place origin = TRY(field_of(place, "origin"));
    const Place secrets_place = TRY(field_of(place, "secrets_place"));
    render::PlanContext context;
    context.cluster = TRY(text_of(cluster));
    context.version = TRY(text_of(version));
    context.identity = TRY(text_or_nothing(identity));
    context.origin = TRY(text_or_nothing(origin));
    context.secrets_place = printable(TRY(text_or_nothing(secrets_place)));
    return context;
}

} // namespace pveform::saved
