// What the document does not declare and takes away all the same: by `prune`, by `absent`, by a
// list that does not name it.

#include "plan/overlay.hpp"

#include <fmt/format.h>

namespace pveform::plan {

/// `taken` is what the rule speaks of, and may take `id` along.
template<class Id>
void Overlay::check_protection(
    const Id& id, const Rule& rule, const ObjectKey& taken, std::string_view fate
) {
    if (const auto protection = ownership_.protection_of(id)) {
        const ObjectKey key = id;
        target_.blocks.push_back(Block{
            .guard = "protect",
            .message = fmt::format(
                "{} `{}` is protected (`{}`) and would be {} ({})",
                to_string(kind_of(key)),
                name_of(key),
                protection->words,
                fate,
                rule.words
            ),
            .span = rule.span,
            .help = "declare or ignore it, or take the protection away",
            .object = {taken},
        });
    }
}

template<class Id>
void Overlay::remove(const Id& id, const Rule& rule) {
    target_.origins[id] = rule;
    check_protection(id, rule, id, "destroyed");
    target_.state.remove(id);
}

void Overlay::remove_token(const TokenId& id, const Rule& rule) {
    remove(id, rule);
}

void Overlay::remove_user(const UserId& id, const Rule& rule) {
    const bool only_disables = document_.manage.user_action == desired::PruneAction::disable &&
                               !document_.absent.users.contains(id);
    if (only_disables) {
        target_.origins[id] = rule;
        check_protection(id, rule, id, "disabled");
        target_.state.users.at(id).enabled = false;
        target_.disabled.insert(id);
        return;
    }
    for (auto it = live_.tokens.lower_bound(TokenId{id, {}});
         it != live_.tokens.end() && it->first.user == id;
         ++it) {
        check_protection(it->first, rule, id, "destroyed");
    }
    remove(id, rule);
}

/// What nobody declares and a rule tells to destroy.
void Overlay::remove_objects() {
    for (const auto& [id, live] : live_.users) {
        const auto rule = document_.users.contains(id) ? std::nullopt : ownership_.removal_of(id);
        if (rule) {
            remove_user(id, *rule);
        }
    }
    for (const auto& [id, live] : live_.groups) {
        const auto rule = document_.groups.contains(id) ? std::nullopt : ownership_.removal_of(id);
        if (rule) {
            remove(id, *rule);
        }
    }
    for (const auto& [id, live] : live_.roles) {
        const auto rule = document_.roles.contains(id) || live.built_in ? std::nullopt
                                                                        : ownership_.removal_of(id);
        if (rule) {
            remove(id, *rule);
        }
    }
}

/// Rows that nobody declares and a rule tells to remove.
void Overlay::remove_acl() {
    for (const auto& [key, grant] : live_.acl) {
        if (target_.origins.contains(key) || !target_.state.acl.contains(key)) {
            continue;
        }
        const auto rule = ownership_.removal_of(key);
        if (!rule) {
            continue;
        }
        if (!target_.state.exists(key.principal)) {
            target_.notices.push_back(Notice{
                fmt::format(
                    "the ACL entry of `{}` at `{}` cannot be removed: the {} no longer exists, and "
                    "PVE refuses to change its entries",
                    key.principal.text(),
                    key.path.text,
                    to_string(key.principal.kind)
                ),
                rule->span,
            });
            continue;
        }
        target_.state.acl.erase(key);
        target_.origins[key] = *rule;
    }
}

} // namespace pveform::plan
