// `policy` and `assertions`: what a document asks to be checked.

#include <algorithm>

#include "base/text.hpp"
#include "desired/draft.hpp"
#include "desired/fields.hpp"

namespace pveform::desired {

namespace {

using document::MapReader;
using document::Problems;
using document::Value;

std::optional<Severity> read_severity(const Value& value) {
    return read_choice<Severity>(
        value,
        {{"off", Severity::off},
         {"info", Severity::info},
         {"warning", Severity::warning},
         {"error", Severity::error}}
    );
}

bool is_rule(std::string_view id) {
    return std::ranges::find(policy_rules, id) != policy_rules.end();
}

void refuse_unknown_rule(const std::string& id, const Span& span, Problems& problems) {
    const std::vector<std::string> ids(policy_rules.begin(), policy_rules.end());
    const auto match = closest_match(id, ids);
    problems.add(
        fmt::format("unknown rule `{}`", printable(id)),
        span,
        match ? fmt::format("did you mean `{}`?", *match)
              : fmt::format("rules are: {}", join(ids, ", "))
    );
}

/// `error`, or `{ severity: error, max: 400d }`.
std::optional<RuleSetting> read_rule(const MapReader::Item& item, Problems& problems) {
    RuleSetting setting{item.key_span, {}, {}};
    if (!item.value.is_map()) {
        if (const auto severity = read_severity(item.value)) {
            setting.severity = Declared<Severity>{*severity, item.value.span()};
        }
        return setting;
    }
    auto map = item.value.as_map();
    read_key(setting.severity, *map, "severity", problems, read_severity);
    const auto option = std::ranges::find(policy_rule_options, item.key, &RuleOption::rule);
    if (option != policy_rule_options.end()) {
        read_key(setting.duration, *map, option->option, problems, read_duration);
    }
    map->finish();
    return setting;
}

void read_rules(std::map<std::string, RuleSetting>& rules, const Value& value, Problems& problems) {
    const auto map = value.as_map();
    if (!map) {
        return;
    }
    for (const MapReader::Item& item : map->items()) {
        if (!is_rule(item.key)) {
            refuse_unknown_rule(item.key, item.key_span, problems);
            continue;
        }
        auto setting = read_rule(item, problems);
        if (!setting) {
            continue;
        }
        const auto [first, is_new] = rules.try_emplace(item.key, std::move(*setting));
        if (!is_new) {
            refuse_second(
                problems, fmt::format("rule `{}`", item.key), item.key_span, first->second.span
            );
        }
    }
}

/// `KIND:NAME`, as findings name their objects.
std::optional<ObjectKey> read_object(const Value& value) {
    const auto text = value.as_string();
    if (!text) {
        return std::nullopt;
    }
    auto key = parse_object(*text);
    if (!key) {
        value.refuse(
            fmt::format("`{}` names no object", printable(*text)),
            "write its kind and its name: `token:ci@pve!deploy`, `user:…`, `group:…`, `role:…`, "
            "`acl:PATH PRINCIPAL ROLE`"
        );
    }
    return key;
}

std::optional<UnixSeconds> read_end(const Value& value) {
    const auto end = read_expiry(value);
    if (end && end->is_never()) {
        value.refuse(
            fmt::format("{} must be a date", value.name()), "leave it out for an ignore without end"
        );
        return std::nullopt;
    }
    return end ? std::optional(end->seconds) : std::nullopt;
}

std::optional<PolicyIgnore> read_ignore(const Value& value, Problems& problems) {
    auto map = value.as_map();
    if (!map) {
        return std::nullopt;
    }
    const auto rule = map->required("rule");
    const auto object = map->required("object");
    const auto reason = map->required("reason");
    PolicyIgnore ignore{value.span(), {}, {}, {}, {}};
    read_key(ignore.until, *map, "until", problems, read_end);
    map->finish();
    const auto id = rule ? read_word(*rule) : std::nullopt;
    if (id && !is_rule(*id)) {
        refuse_unknown_rule(*id, rule->span(), problems);
    }
    const auto key = object ? read_object(*object) : std::nullopt;
    const auto words = reason ? read_word(*reason) : std::nullopt;
    if (!id || !key || !words) {
        return std::nullopt;
    }
    ignore.rule = {*id, rule->span()};
    ignore.object = {*key, object->span()};
    ignore.reason = *words;
    return ignore;
}

/// A role, or a list of privileges.
void read_only(Assertion& assertion, const Value& value) {
    if (value.is_list()) {
        assertion.only_privileges = read_set(value, read_privilege);
    } else if (auto role = read_id<RoleId>(value)) {
        assertion.only_role = Declared<RoleId>{std::move(*role), value.span()};
    }
}

std::map<Privilege, Span> read_privileges(MapReader& map, std::string_view key) {
    const auto value = map.optional(key);
    return value ? read_set(*value, read_privilege).value_or(std::map<Privilege, Span>())
                 : std::map<Privilege, Span>();
}

std::optional<Assertion> read_assertion(const Value& value, Problems& problems) {
    auto map = value.as_map();
    if (!map) {
        return std::nullopt;
    }
    Assertion assertion;
    assertion.span = value.span();
    const auto principal = map->required("principal");
    const auto path = map->required("path");
    const bool claims = map->has("allows") || map->has("denies") || map->has("only");
    assertion.allows = read_privileges(*map, "allows");
    assertion.denies = read_privileges(*map, "denies");
    if (const auto only = map->optional("only")) {
        read_only(assertion, *only);
    }
    map->finish();
    if (!claims) {
        value.refuse(
            fmt::format("{} claims nothing", value.name()), "add `allows`, `denies` or `only`"
        );
    }
    for (const auto& [privilege, span] : assertion.allows) {
        if (const auto denied = assertion.denies.find(privilege);
            denied != assertion.denies.end()) {
            problems.add(fmt::format("`{}` is both allowed and denied", privilege.text), span)
                .related.push_back({denied->second, "denied here"});
        }
    }
    const auto who = principal ? read_principal_glob(*principal) : std::nullopt;
    const auto where = path ? read_path_glob(*path) : std::nullopt;
    if (!who || !where) {
        return std::nullopt;
    }
    assertion.principal = {*who, principal->span()};
    assertion.path = {*where, path->span()};
    return assertion;
}

} // namespace

void read_policy(Document& document, MapReader& root, Problems& problems) {
    if (const auto policy = root.optional("policy")) {
        if (auto map = policy->as_map()) {
            if (const auto rules = map->optional("rules")) {
                read_rules(document.policy.rules, *rules, problems);
            }
            if (const auto ignore = map->optional("ignore")) {
                for (auto& one : read_list(*ignore, [&](const Value& item) {
                         return read_ignore(item, problems);
                     })) {
                    document.policy.ignore.push_back(std::move(one.value));
                }
            }
            map->finish();
        }
    }
    if (const auto assertions = root.optional("assertions")) {
        for (auto& one : read_list(*assertions, [&](const Value& item) {
                 return read_assertion(item, problems);
             })) {
            document.assertions.push_back(std::move(one.value));
        }
    }
}

} // namespace pveform::desired
