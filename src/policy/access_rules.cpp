// The rules about ACL entries and roles.

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "base/text.hpp"
#include "model/builtin_roles.hpp"
#include "model/object_paths.hpp"
#include "policy/facts.hpp"

namespace pveform::policy {

namespace {

using Rows = std::vector<std::pair<AclKey, bool>>;

/// What a set of rows gives. `reaches_below`: to paths below theirs.
struct Gift {
    std::set<Privilege> privileges;
    bool is_denial = false; // NoAccess among them
    bool is_something = false;
};

Gift gift_of(const State& state, const Rows& rows, bool below) {
    Gift gift;
    for (const auto& [key, propagate] : rows) {
        if (below && !propagate) {
            continue;
        }
        gift.is_something = true;
        gift.is_denial = gift.is_denial || key.role == no_access;
        if (const auto role = state.roles.find(key.role); role != state.roles.end()) {
            gift.privileges.insert(role->second.privileges.begin(), role->second.privileges.end());
        }
    }
    return gift;
}

/// Whether entries of the user change what those of a group come to.
bool hides(const Gift& own, const Gift& group) {
    if (!own.is_something || own.is_denial || !group.is_something) {
        return false;
    }
    return group.is_denial || !std::ranges::includes(own.privileges, group.privileges);
}

std::string roles_of(const Rows& rows) {
    std::vector<std::string> roles;
    for (const auto& [key, propagate] : rows) {
        roles.push_back(fmt::format("`{}`", key.role.text));
    }
    return join(roles, ", ");
}

bool knows_all_roles(const State& state, const Rows& rows) {
    return std::ranges::all_of(rows, [&](const auto& row) {
        return state.roles.contains(row.first.role);
    });
}

/// One user at one path.
void look_for_hidden_entries(
    Facts& facts, const AclPath& path, const UserId& user, const Rows& own
) {
    const auto groups = facts.groups_of().find(user);
    if (groups == facts.groups_of().end() || !knows_all_roles(facts.state(), own)) {
        return;
    }
    for (const GroupId& group : groups->second) {
        const Rows theirs = facts.rows_at(path, Principal::of(group));
        const State& state = facts.state();
        if (!hides(gift_of(state, own, false), gift_of(state, theirs, false)) &&
            !hides(gift_of(state, own, true), gift_of(state, theirs, true))) {
            continue;
        }
        facts.report(
            "hidden-entry",
            own.front().first,
            fmt::format(
                "the entry of `{}` on `{}` ({}) hides what group `{}` has there ({})",
                user.text,
                path.text,
                roles_of(own),
                group.text,
                roles_of(theirs)
            ),
            "grant by groups alone, or give the user the group's roles there as well",
            facts.place(own.front().first)
        );
    }
}

} // namespace

void administrator_on_root(Facts& facts) {
    const std::set<Privilege> all = facts.state().privileges();
    const AclPath root{"/"};
    for (auto row = facts.state().acl.lower_bound(AclKey{root, {}, {}});
         row != facts.state().acl.end() && row->first.path == root;
         ++row) {
        const AclKey& key = row->first;
        const auto role = facts.state().roles.find(key.role);
        if (role == facts.state().roles.end() || all.empty() || !facts.covers(key) ||
            !std::ranges::includes(role->second.privileges, all)) {
            continue;
        }
        facts.report(
            "administrator-on-root",
            key,
            fmt::format(
                "`{}` may do everything {}: role `{}` on `/`",
                key.principal.text(),
                row->second.propagate ? "everywhere" : "on `/` itself, change its ACL among it",
                key.role.text
            ),
            "grant the roles that the work needs, on the paths where it is done",
            facts.place(key)
        );
    }
}

void hidden_entry(Facts& facts) {
    const auto& acl = facts.state().acl;
    const AclKey* last = nullptr;
    for (const auto& [key, grant] : acl) {
        const bool is_next =
            last == nullptr || last->path != key.path || last->principal != key.principal;
        last = &key;
        if (is_next && key.principal.kind == PrincipalKind::user && facts.covers(key)) {
            look_for_hidden_entries(
                facts, key.path, UserId{key.principal.id}, facts.rows_at(key.path, key.principal)
            );
        }
    }
}

void unknown_path(Facts& facts) {
    Inventory inventory = facts.subject().inventory;
    for (const auto& [id, group] : facts.state().groups) { // those that the plan creates, too
        inventory.objects.insert(AclPath{path_of(id)});
    }
    if (facts.is_document_alone()) {
        return;
    }
    for (const auto& [key, span] : facts.declared_rows()) {
        if (!inventory.may_exist(key.path)) {
            facts.report(
                "unknown-path",
                key,
                fmt::format(
                    "nothing is at `{}`, where `{}` gets role `{}`",
                    key.path.text,
                    key.principal.text(),
                    key.role.text
                ),
                "correct the path: PVE stores entries for objects that do not exist",
                span
            );
        }
    }
}

void privileges_unused_role(Facts& facts) {
    if (facts.is_document_alone()) {
        return; // others may use it
    }
    std::set<RoleId> used;
    for (const auto& [key, grant] : facts.state().acl) {
        used.insert(key.role);
    }
    for (const auto& [id, role] : facts.state().roles) {
        if (role.built_in || used.contains(id) || !facts.covers(id)) {
            continue;
        }
        const auto declared = facts.document().roles.find(id);
        facts.report(
            "privileges-unused-role",
            id,
            fmt::format("no ACL entry uses role `{}`", id.text),
            "remove the role; it is quickly declared again",
            declared != facts.document().roles.end() ? declared->second.span : Span()
        );
    }
}

} // namespace pveform::policy
