#include "plan/ownership.hpp"

#include <algorithm>
#include <variant>

#include <fmt/format.h>

#include "base/text.hpp"
#include "desired/directories.hpp"

namespace pveform::plan {

namespace {

const desired::Declared<Glob>* first_match(const desired::Globs& globs, std::string_view name) {
    const auto found = std::ranges::find_if(globs, [&](const desired::Declared<Glob>& glob) {
        return glob.value.matches(name);
    });
    return found == globs.end() ? nullptr : &*found;
}

bool any_match(const desired::Globs& globs, std::string_view name) {
    return first_match(globs, name) != nullptr;
}

std::optional<Rule>
rule_of(std::string_view verb, const desired::Globs& globs, std::string_view name) {
    const desired::Declared<Glob>* glob = first_match(globs, name);
    if (glob == nullptr) {
        return std::nullopt;
    }
    return Rule{fmt::format("{} {}", verb, glob->value.pattern), glob->span};
}

/// `absent` names it, or `prune` matches it.
template<class Id>
std::optional<Rule> removal(
    const std::map<Id, Span>& absent,
    const desired::Globs& prune,
    const Id& id,
    std::string_view name
) {
    if (const auto named = absent.find(id); named != absent.end()) {
        return Rule{"absent", named->second};
    }
    auto rule = rule_of("prune", prune, name);
    if (rule) {
        rule->words = "not declared; " + rule->words;
    }
    return rule;
}

const desired::AclPattern*
first_match(const std::vector<desired::AclPattern>& patterns, const AclKey& key) {
    const auto found = std::ranges::find_if(patterns, [&](const desired::AclPattern& pattern) {
        return Ownership::matches(pattern, key);
    });
    return found == patterns.end() ? nullptr : &*found;
}

} // namespace

bool Ownership::matches(const desired::AclPattern& pattern, const AclKey& key) {
    return pattern.matches(key.path, key.principal);
}

std::string Ownership::words_of(const desired::AclPattern& pattern) {
    std::vector<std::string> parts;
    if (pattern.path) {
        parts.push_back("path " + pattern.path->pattern);
    }
    if (pattern.principal) {
        parts.push_back("principal " + pattern.principal->pattern);
    }
    return join(parts, ", ");
}

bool Ownership::in_scope(const UserId& id) const {
    return !document_.scope || document_.scope->contains(id);
}

bool Ownership::in_scope(const TokenId& id) const {
    return !document_.scope || document_.scope->contains(id);
}

bool Ownership::in_scope(const GroupId& id) const {
    return !document_.scope || document_.scope->contains(id);
}

bool Ownership::in_scope(const RoleId& id) const {
    return !document_.scope || document_.scope->contains(id);
}

bool Ownership::in_scope(const AclKey& key) const {
    return !document_.scope || document_.scope->contains(key);
}

bool Ownership::is_ignored(const UserId& id) const {
    return any_match(document_.manage.users.ignore, id.text);
}

bool Ownership::is_ignored(const TokenId& id) const {
    return any_match(document_.manage.tokens.ignore, id.text()) || is_ignored(id.user);
}

bool Ownership::is_ignored(const GroupId& id) const {
    return any_match(document_.manage.groups.ignore, id.text);
}

bool Ownership::is_ignored(const RoleId& id) const {
    return any_match(document_.manage.roles.ignore, id.text);
}

bool Ownership::is_ignored(const AclKey& key) const {
    if (first_match(document_.manage.acl.ignore, key) != nullptr) {
        return true;
    }
    return std::visit([this](const auto& id) { return is_ignored(id); }, id_of(key.principal));
}

std::optional<Rule> Ownership::removal_of(const UserId& id) const {
    const bool is_ours = id != root_user && may_change(id) && !is_synced(id.realm());
    return is_ours ? removal(document_.absent.users, document_.manage.users.prune, id, id.text)
                   : std::nullopt;
}

std::optional<Rule> Ownership::removal_of(const TokenId& id) const {
    return may_change(id)
               ? removal(document_.absent.tokens, document_.manage.tokens.prune, id, id.text())
               : std::nullopt;
}

std::optional<Rule> Ownership::removal_of(const GroupId& id) const {
    return may_change(id) && desired::directory_of(document_, id) == nullptr
               ? removal(document_.absent.groups, document_.manage.groups.prune, id, id.text)
               : std::nullopt;
}

std::optional<Rule> Ownership::removal_of(const RoleId& id) const {
    return may_change(id) && !id.is_reserved()
               ? removal(document_.absent.roles, document_.manage.roles.prune, id, id.text)
               : std::nullopt;
}

std::optional<Rule> Ownership::removal_of(const AclKey& key) const {
    if (!may_change(key)) {
        return std::nullopt;
    }
    const desired::AclPattern* pattern = first_match(document_.manage.acl.prune, key);
    if (pattern == nullptr) {
        return std::nullopt;
    }
    return Rule{"not declared; prune " + words_of(*pattern), pattern->span};
}

std::optional<Rule> Ownership::protection_of(const UserId& id) const {
    return rule_of("protect", document_.manage.users.protect, id.text);
}

std::optional<Rule> Ownership::protection_of(const TokenId& id) const {
    return rule_of("protect", document_.manage.tokens.protect, id.text());
}

std::optional<Rule> Ownership::protection_of(const GroupId& id) const {
    return rule_of("protect", document_.manage.groups.protect, id.text);
}

std::optional<Rule> Ownership::protection_of(const RoleId& id) const {
    return rule_of("protect", document_.manage.roles.protect, id.text);
}

bool Ownership::is_synced(const RealmId& realm) const {
    const auto rule = document_.realms.find(realm);
    return rule != document_.realms.end() && rule->second.synced;
}

} // namespace pveform::plan
