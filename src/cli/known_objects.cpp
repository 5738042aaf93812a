#include "cli/known_objects.hpp"

#include "cli/live_file.hpp"
#include "cli/session.hpp"
#include "desired/turns.hpp"

namespace pveform::cli {

namespace {

void add_entries(
    const std::optional<desired::AclList>& entries, std::string grantee, KnownObjects& known
) {
    for (const desired::AclRow& row : entries.value_or(desired::AclList())) {
        known.paths.insert(row.path.text);
        known.grantees.insert(grantee);
    }
}

void add(const desired::Document& document, KnownObjects& known) {
    for (const auto& [id, role] : document.roles) {
        known.roles.insert(id.text);
    }
    for (const auto& [id, group] : document.groups) {
        known.groups.insert(id.text);
        add_entries(group.acl, "@" + id.text, known);
    }
    for (const auto& [id, user] : document.users) {
        known.users.insert(id.text);
        add_entries(user.acl, id.text, known);
    }
    desired::for_each_token(document, [&](const TokenId& id, const desired::Token& token) {
        known.tokens.insert(id.text());
        add_entries(token.acl, id.text(), known);
    });
}

void add(const State& state, KnownObjects& known) {
    for (const auto& [id, role] : state.roles) {
        known.roles.insert(id.text);
    }
    for (const auto& [id, group] : state.groups) {
        known.groups.insert(id.text);
    }
    for (const auto& [id, user] : state.users) {
        known.users.insert(id.text);
    }
    for (const auto& [id, token] : state.tokens) {
        known.tokens.insert(id.text());
    }
    for (const auto& [key, grant] : state.acl) {
        known.paths.insert(key.path.text);
        known.grantees.insert(key.principal.text());
    }
}

} // namespace

KnownObjects known_objects(const Options& options, Context& context) {
    KnownObjects known;
    if (const auto document = document_if_any(options, context)) {
        add(*document, known);
    }
    if (options.live) {
        if (const auto state = load_live_file(options, context)) {
            add(*state, known);
        }
    }
    return known;
}

} // namespace pveform::cli
