// Names that a document writes, held against those that there are. One that is nearly right would
// be without effect, silently: a tombstone that destroys nothing, a protection of nobody.

#include "plan/overlay.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

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

} // namespace pveform::plan
