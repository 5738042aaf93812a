// Names that a document writes, held against those that there are. One that is nearly right would
// be without effect, silently: a tombstone that destroys nothing, a protection of nobody.

#include "plan/overlay.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "desired/turns.hpp"

namespace pveform::plan {

namespace {

bool is_case_variant(const UserId& one, const UserId& other) {
    return one.text.size() == other.text.size() && one.realm() == other.realm() &&
           to_lower(one.text) == to_lower(other.text);
}

} // namespace

bool Overlay::ignores_case(const RealmId& realm) const {
    const auto found = live_.realms.find(realm);
    return found != live_.realms.end() && !found->second.case_sensitive;
}

/// Of a name that nobody who is there has. PVE finds who is there whatever the case of the name
/// where somebody logs in or is created, and nowhere else.
void Overlay::check_case_variants(const UserId& user, const Span& span) {
    if (!ignores_case(user.realm()) || live_.users.contains(user)) {
        return;
    }
    for (const auto& [other, record] : live_.users) {
        if (is_case_variant(other, user)) {
            refuse(
                fmt::format(
                    "user `{}` differs from `{}`, who is there, only in case, and realm `{}` does "
                    "not tell them apart",
                    user.text,
                    other.text,
                    user.realm().text
                ),
                span,
                fmt::format("write `{}`", other.text)
            );
        }
    }
}

void Overlay::check_case_variants_of_new(const UserId& user, const Span& span) {
    check_case_variants(user, span);
    if (!ignores_case(user.realm())) {
        return;
    }
    for (const auto& [other, declared] : document_.users) {
        const bool comes_before = other < user && !live_.users.contains(other);
        if (comes_before && is_case_variant(other, user)) {
            refuse(
                fmt::format(
                    "users `{}` and `{}` differ only in case, and realm `{}` does not tell them "
                    "apart",
                    other.text,
                    user.text,
                    user.realm().text
                ),
                span,
                "keep one of the two"
            );
            errors_.back().related.push_back({declared.span, "the other is declared here"});
        }
    }
}

/// Of users, and of tokens with the user in front. What has a wildcard names nobody.
void Overlay::check_names_of(const desired::Globs& globs) {
    for (const auto& [glob, span] : globs) {
        if (!glob.is_pattern()) {
            check_case_variants(user_behind(user_or_token(glob.pattern)), span);
        }
    }
}

/// Those that only say what is to go and what is to stay.
void Overlay::check_names() {
    for (const auto& [id, span] : document_.absent.users) {
        check_case_variants(id, span);
    }
    for (const auto& [id, span] : document_.absent.tokens) {
        check_case_variants(id.user, span);
    }
    for (const desired::Owned* owned : {&document_.manage.users, &document_.manage.tokens}) {
        check_names_of(owned->protect);
        check_names_of(owned->ignore);
    }
    for (const desired::AclPattern& pattern : document_.manage.acl.ignore) {
        const bool is_of_user = pattern.principal && !pattern.principal->is_pattern() &&
                                !pattern.principal->pattern.starts_with('@');
        if (is_of_user) {
            check_case_variants(
                user_behind(user_or_token(pattern.principal->pattern)), pattern.span
            );
        }
    }
}

namespace {

/// `; did you mean …?`, or nothing.
std::string or_another(const ObjectKey& key, const State& state) {
    std::vector<std::string> names;
    const auto collect = [&](const auto& objects) {
        for (const auto& [id, object] : objects) {
            if (const ObjectKey other = id; other.index() == key.index()) {
                names.push_back(name_of(other));
            }
        }
    };
    collect(state.roles);
    collect(state.groups);
    collect(state.users);
    collect(state.tokens);
    const auto match = closest_match(name_of(key), names);
    return match ? fmt::format("; did you mean `{}`?", *match) : std::string();
}

} // namespace

/// Declared, in the cluster, or left there by a former one of that name.
bool Overlay::is_known(const ObjectKey& key) const {
    const auto is_in = [](const auto& id, const auto& live, const auto& target) {
        return live.contains(id) || target.contains(id);
    };
    const auto has_rows = [this](const Principal& principal) {
        const auto rows = live_rows_.find(principal);
        return rows != live_rows_.end() && !rows->second.empty();
    };
    const State& state = target_.state;
    if (const auto* role = std::get_if<RoleId>(&key)) {
        return is_in(*role, live_.roles, state.roles);
    }
    if (const auto* group = std::get_if<GroupId>(&key)) {
        return is_in(*group, live_.groups, state.groups) || has_rows(Principal::of(*group));
    }
    if (const auto* user = std::get_if<UserId>(&key)) {
        return is_in(*user, live_.users, state.users) || has_rows(Principal::of(*user)) ||
               std::ranges::any_of(live_.groups, [user](const auto& group) {
                   return group.second.members.contains(*user);
               });
    }
    if (const auto* token = std::get_if<TokenId>(&key)) {
        return desired::token_behind(document_, *token) ||
               is_in(*token, live_.tokens, state.tokens) || has_rows(Principal::of(*token));
    }
    return is_in(std::get<AclKey>(key), live_.acl, state.acl);
}

/// `who` names it.
void Overlay::note_unless_known(std::string_view who, const ObjectKey& key, const Span& span) {
    if (is_known(key)) {
        return;
    }
    target_.notices.push_back(Notice{
        fmt::format(
            "{} names {} `{}`, which is neither declared nor there{}",
            who,
            noun_of(kind_of(key)),
            name_of(key),
            or_another(key, target_.state)
        ),
        span,
        {key}});
}

void Overlay::note_unless_known(ObjectKind kind, const desired::Owned& owned) {
    for (const auto& [verb, globs] :
         {std::pair("`protect`", &owned.protect), std::pair("`ignore`", &owned.ignore)}) {
        for (const auto& [glob, span] : *globs) {
            const auto key = glob.is_pattern() ? std::nullopt : parse_object(kind, glob.pattern);
            if (key) {
                note_unless_known(verb, *key, span);
            }
        }
    }
}

/// What keeps something safe, or quiet, and keeps nothing. Patterns may wait for what is to come.
void Overlay::note_names_of_nothing() {
    note_unless_known(ObjectKind::user, document_.manage.users);
    note_unless_known(ObjectKind::token, document_.manage.tokens);
    note_unless_known(ObjectKind::group, document_.manage.groups);
    note_unless_known(ObjectKind::role, document_.manage.roles);
    for (const desired::AclPattern& pattern : document_.manage.acl.ignore) {
        if (!pattern.principal || pattern.principal->is_pattern()) {
            continue;
        }
        note_unless_known(
            "`ignore`", object_of(principal_named(pattern.principal->pattern)), pattern.span
        );
    }
    for (const desired::PolicyIgnore& ignore : document_.policy.ignore) {
        const bool is_over = ignore.until && ignore.until->value <= now_; // said elsewhere
        if (!is_over) {
            note_unless_known(
                fmt::format("the `ignore` of rule {}", ignore.rule.value),
                ignore.object.value,
                ignore.object.span
            );
        }
    }
}

} // namespace pveform::plan
