// `scope`, `manage`, `absent`, `realms` and `limits`: what a document owns.

#include "base/text.hpp"
#include "desired/draft.hpp"
#include "desired/fields.hpp"

namespace pveform::desired {

namespace {

using document::MapReader;
using document::Problems;
using document::Value;

constexpr std::string_view group_and_role_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_*?";

/// A pattern of ids. One without wildcards has to be an id itself, others must at least be able to
/// match one.
template<class Id>
std::optional<Glob> read_glob(const Value& value) {
    auto text = read_word(value);
    if (!text) {
        return std::nullopt;
    }
    Glob glob{std::move(*text)};
    if (!glob.is_pattern()) {
        return read_id<Id>(value) ? std::optional(std::move(glob)) : std::nullopt;
    }
    const auto refuse = [&](std::string_view help) {
        value.refuse(
            fmt::format("`{}` cannot match anything", printable(glob.pattern)), std::string(help)
        );
        return std::nullopt;
    };
    if (glob.pattern.find_first_of(" \t\n:/") != std::string::npos) {
        return refuse("names have no blanks, `:` or `/`");
    }
    const bool is_open = glob.pattern.ends_with('*');
    if constexpr (std::is_same_v<Id, UserId>) {
        if (!glob.pattern.contains('@') && !is_open) {
            return refuse("users are `name@realm`: write `*@pve`, `svc-*@pve`");
        }
    } else if constexpr (std::is_same_v<Id, TokenId>) {
        if (!glob.pattern.contains('!') && !is_open) {
            return refuse("tokens are `name@realm!token`: write `*@pve!*`, `ci@pve!*`");
        }
    } else {
        if (glob.pattern.find_first_not_of(group_and_role_characters) != std::string::npos) {
            return refuse("names of groups and roles have letters, digits, `.`, `-` and `_` only");
        }
    }
    return glob;
}

template<class T>
void append(std::vector<T>& list, std::vector<T> more) {
    std::ranges::move(more, std::back_inserter(list));
}

template<class Id>
void read_globs(Globs& globs, MapReader& map, std::string_view key) {
    if (const auto value = map.optional(key)) {
        append(globs, read_list(*value, read_glob<Id>));
    }
}

void read_scope(std::optional<Scope>& scope, const Value& value) {
    auto map = value.as_map();
    if (!map) {
        return;
    }
    if (!scope) {
        scope.emplace().span = value.key_span();
    }
    read_globs<UserId>(scope->users, *map, "users");
    read_globs<GroupId>(scope->groups, *map, "groups");
    read_globs<RoleId>(scope->roles, *map, "roles");
    if (const auto acl = map->optional("acl")) {
        append(scope->acl, read_list(*acl, read_path_glob));
    }
    map->finish();
}

template<class Id>
void read_owned_keys(Owned& owned, MapReader& map) {
    read_globs<Id>(owned.prune, map, "prune");
    read_globs<Id>(owned.ignore, map, "ignore");
    read_globs<Id>(owned.protect, map, "protect");
}

template<class Id>
void read_owned(Owned& owned, MapReader& manage, std::string_view key) {
    const auto value = manage.optional(key);
    auto map = value ? value->as_map() : std::nullopt;
    if (map) {
        read_owned_keys<Id>(owned, *map);
        map->finish();
    }
}

void read_owned_users(Draft& draft, MapReader& manage, Problems& problems) {
    const auto value = manage.optional("users");
    auto map = value ? value->as_map() : std::nullopt;
    if (!map) {
        return;
    }
    read_owned_keys<UserId>(draft.document.manage.users, *map);
    read_key(draft.user_action, *map, "action", problems, [](const Value& action) {
        return read_choice<PruneAction>(
            action, {{"destroy", PruneAction::destroy}, {"disable", PruneAction::disable}}
        );
    });
    map->finish();
}

std::optional<AclPattern> read_acl_pattern(const Value& value) {
    auto map = value.as_map();
    if (!map) {
        return std::nullopt;
    }
    AclPattern pattern{value.span(), {}, {}};
    const auto path = map->optional("path");
    const auto principal = map->optional("principal");
    map->finish();
    if (!path && !principal) {
        value.refuse(fmt::format("{} needs a `path`, a `principal`, or both", value.name()));
        return std::nullopt;
    }
    pattern.path = path ? read_path_glob(*path) : std::nullopt;
    pattern.principal = principal ? read_principal_glob(*principal) : std::nullopt;
    const bool is_good = (!path || pattern.path) && (!principal || pattern.principal);
    return is_good ? std::optional(std::move(pattern)) : std::nullopt;
}

void read_acl_patterns(std::vector<AclPattern>& patterns, MapReader& map, std::string_view key) {
    const auto value = map.optional(key);
    if (!value) {
        return;
    }
    for (Declared<AclPattern>& pattern : read_list(*value, read_acl_pattern)) {
        patterns.push_back(std::move(pattern.value));
    }
}

void read_manage(Draft& draft, const Value& value, Problems& problems) {
    auto map = value.as_map();
    if (!map) {
        return;
    }
    Manage& manage = draft.document.manage;
    read_owned_users(draft, *map, problems);
    read_owned<TokenId>(manage.tokens, *map, "tokens");
    read_owned<GroupId>(manage.groups, *map, "groups");
    read_owned<RoleId>(manage.roles, *map, "roles");
    if (const auto acl = map->optional("acl")) {
        if (auto rows = acl->as_map()) {
            read_acl_patterns(manage.acl.prune, *rows, "prune");
            read_acl_patterns(manage.acl.ignore, *rows, "ignore");
            rows->finish();
        }
    }
    map->finish();
}

template<class Id>
void read_absent_kind(std::map<Id, Span>& absent, MapReader& map, std::string_view key) {
    if (const auto value = map.optional(key)) {
        absent.merge(read_set(*value, read_id<Id>).value_or(std::map<Id, Span>()));
    }
}

void read_absent(Absent& absent, const Value& value) {
    auto map = value.as_map();
    if (!map) {
        return;
    }
    read_absent_kind(absent.users, *map, "users");
    read_absent_kind(absent.tokens, *map, "tokens");
    read_absent_kind(absent.groups, *map, "groups");
    read_absent_kind(absent.roles, *map, "roles");
    map->finish();
}

void read_realms(std::map<RealmId, RealmRule>& realms, const Value& value, Problems& problems) {
    const auto map = value.as_map();
    if (!map) {
        return;
    }
    for (const MapReader::Item& item : map->items()) {
        auto id = RealmId::parse(item.key);
        if (!id) {
            problems.add(std::move(id).error(), item.key_span);
        }
        auto keys = item.value.as_map();
        if (!keys) {
            continue;
        }
        RealmRule rule{item.key_span, false};
        if (const auto synced = keys->optional("synced")) {
            rule.synced = synced->as_boolean().value_or(false);
        }
        keys->finish();
        if (!id) {
            continue;
        }
        const auto [first, is_new] = realms.try_emplace(std::move(*id), rule);
        if (!is_new) {
            refuse_second(
                problems,
                fmt::format("realm `{}`", first->first.text),
                item.key_span,
                first->second.span
            );
        }
    }
}

/// A limit has a default, which has no place.
void read_limit(
    Declared<std::size_t>& limit, MapReader& map, std::string_view key, Problems& problems
) {
    Optional<std::size_t> written = limit.span ? std::optional(limit) : std::nullopt;
    read_key(written, map, key, problems, read_count);
    limit = written.value_or(limit);
}

void read_limits(Limits& limits, const Value& value, Problems& problems) {
    auto map = value.as_map();
    if (!map) {
        return;
    }
    read_limit(limits.destroy, *map, "destroy", problems);
    read_limit(limits.acl_removals, *map, "acl_removals", problems);
    map->finish();
}

} // namespace

void read_ownership(Draft& draft, MapReader& root, Problems& problems) {
    Document& document = draft.document;
    if (const auto scope = root.optional("scope")) {
        read_scope(document.scope, *scope);
    }
    if (const auto manage = root.optional("manage")) {
        read_manage(draft, *manage, problems);
    }
    if (const auto limits = root.optional("limits")) {
        read_limits(document.limits, *limits, problems);
    }
    if (const auto realms = root.optional("realms")) {
        read_realms(document.realms, *realms, problems);
    }
    if (const auto absent = root.optional("absent")) {
        read_absent(document.absent, *absent);
    }
}

} // namespace pveform::desired
