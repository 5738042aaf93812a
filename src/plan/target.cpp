#include "plan/target.hpp"

#include <algorithm>
#include <set>
#include <type_traits>

#include <fmt/format.h>

#include "base/text.hpp"
#include "desired/directories.hpp"
#include "desired/turns.hpp"
#include "model/acl_path_forms.hpp"
#include "plan/overlay.hpp"

namespace pveform::plan {

namespace {

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
    const auto match = closest_match(word, candidates);
    return match ? fmt::format("did you mean `{}`?", *match) : std::string();
}

/// What took the place of privileges that a release dropped.
std::string replacement_of(const Privilege& privilege) {
    if (privilege.text == "VM.Monitor") {
        return "PVE 9 replaced it by `VM.GuestAgent.*` (guest agent) and `Sys.Audit` (monitor)";
    }
    if (privilege.text.starts_with("VM.GuestAgent.") || privilege.text == "VM.Replicate") {
        return "it needs PVE 9";
    }
    return {};
}

/// Why the document speaks of something in vain, and what keeps it: what is also `absent` was
/// refused before.
std::string removal_in_words(const ObjectKey& key, const Rule& rule) {
    return fmt::format(
        "this document itself removes it ({}); `{}: {{}}` under `{}s` declares it, so that it "
        "stays",
        rule.words,
        name_of(key),
        to_string(kind_of(key))
    );
}

} // namespace

void Overlay::refuse(std::string message, const Span& span, std::string help) {
    errors_.push_back(Error{
        .kind = ErrorKind::document,
        .message = std::move(message),
        .span = span,
        .help = std::move(help),
    });
}

template<class Id, class Map>
void Overlay::refuse_unknown(
    std::string_view what, const Id& id, const Map& known, const Span& span
) {
    const std::string message = fmt::format("unknown {} `{}`", what, id.text);
    if constexpr (std::is_convertible_v<Id, ObjectKey>) {
        if (const auto origin = target_.origins.find(id); origin != target_.origins.end()) {
            refuse(message, span, removal_in_words(id, origin->second));
            return;
        }
    }
    std::vector<std::string> names;
    for (const auto& [other, object] : known) {
        names.push_back(other.text);
    }
    std::string help = did_you_mean(id.text, names);
    if (help.empty()) {
        help = "it is neither declared in the document nor there in the cluster";
    }
    refuse(message, span, std::move(help));
}

/// A rule for a realm that is not there would leave those of another one unprotected.
void Overlay::check_realms() {
    for (const auto& [id, rule] : document_.realms) {
        if (knows_realms_ && !live_.realms.contains(id)) {
            refuse_unknown("realm", id, live_.realms, rule.span);
        }
    }
}

void Overlay::declare_roles() {
    for (const auto& [id, declared] : document_.roles) {
        target_.origins[id] = {{}, declared.span};
        const auto live = live_.roles.find(id);
        if (live != live_.roles.end() && live->second.built_in) {
            refuse(
                fmt::format("role `{}` is built into PVE and cannot be changed", id.text),
                declared.span,
                "declare a role of another name"
            );
            continue;
        }
        declare_privileges(declared, target_.state.roles[id]);
    }
}

void Overlay::declare_privileges(const desired::Role& declared, Role& role) {
    if (!declared.privileges) {
        return;
    }
    role.privileges.clear();
    for (const auto& [privilege, span] : *declared.privileges) {
        role.privileges.insert(privilege);
        if (known_privileges_.contains(privilege)) {
            continue;
        }
        std::vector<std::string> names;
        std::ranges::transform(known_privileges_, std::back_inserter(names), &Privilege::text);
        const std::string replacement = replacement_of(privilege);
        refuse(
            fmt::format("PVE {} knows no privilege `{}`", live_.release.text(), privilege.text),
            span,
            replacement.empty() ? did_you_mean(privilege.text, names) : replacement
        );
    }
}

void Overlay::declare_groups() {
    for (const auto& [id, declared] : document_.groups) {
        target_.origins[id] = {{}, declared.span};
        const auto* directory = desired::directory_of(document_, id);
        if (directory == nullptr) {
            overlay(target_.state.groups[id].comment, declared.comment);
        } else if (!live_.groups.contains(id)) {
            const std::string& realm = directory->first.text;
            refuse(
                fmt::format("group `{}` comes from the directory of realm `{}`", id.text, realm),
                declared.span,
                fmt::format("sync the realm first: `pveum realm sync {}`", realm)
            );
        }
    }
}

/// Of a user that is not there yet.
void Overlay::check_new_user(const UserId& user, const desired::User& declared) {
    const auto realm = live_.realms.find(user.realm());
    if (realm == live_.realms.end()) {
        refuse_unknown("realm", user.realm(), live_.realms, declared.span);
        return;
    }
    if (ownership_.is_synced(realm->first)) {
        refuse(
            fmt::format(
                "user `{}` is not in the cluster yet, and comes from the directory of realm `{}`",
                user.text,
                realm->first.text
            ),
            declared.span,
            fmt::format("sync the realm first: `pveum realm sync {}`", realm->first.text)
        );
    }
    check_case_variants_of_new(user, declared.span);
    const bool takes_passwords = realm->second.type == "pve" || realm->second.type == "pam";
    if (declared.initial_password && !takes_passwords) {
        refuse(
            fmt::format(
                "`{}` cannot have an initial password: realm `{}` is of type {}",
                user.text,
                realm->first.text,
                realm->second.type
            ),
            declared.initial_password->span,
            "leave `initial_password` out; the directory knows the password"
        );
    }
}

void Overlay::declare_users() {
    for (const auto& [id, declared] : document_.users) {
        target_.origins[id] = {{}, declared.span};
        if (!live_.users.contains(id)) {
            check_new_user(id, declared);
        }
        User& user = target_.state.users[id];
        if (user.expire == Expiry::suspended()) {
            user.expire = Expiry::never();
            target_.origins[id].words = "suspended by an interrupted run: brought back";
        }
        overlay(user.comment, declared.comment);
        overlay(user.email, declared.email);
        overlay(user.first_name, declared.first_name);
        overlay(user.last_name, declared.last_name);
        overlay(user.enabled, declared.enabled);
        overlay(user.expire, declared.expire);
        if (id == root_user) {
            check_root(declared);
        }
    }
}

/// The administrator of last resort can log in whatever a document says.
void Overlay::check_root(const desired::User& declared) {
    const auto live = live_.users.find(root_user);
    if (live == live_.users.end()) {
        return;
    }
    const auto block = [this](std::string_view fate, const Span& span) {
        target_.blocks.push_back(Block{
            .guard = "protect",
            .message = fmt::format("user `root@pam` is always protected and would {}", fate),
            .span = span,
            .help = "leave the key out; what is meant all the same is done by hand, with `pveum "
                    "user modify root@pam`",
            .object = {root_user},
        });
    };
    const User& user = target_.state.users.at(root_user);
    if (live->second.enabled && !user.enabled) {
        block("be disabled", declared.enabled->span);
    }
    if (user.expire.ends_before(live->second.expire)) {
        block("expire " + user.expire.text(), declared.expire->span);
    }
}

/// Who is in a directory's group is the directory's to say: a document that let somebody join could
/// not let them leave again.
void Overlay::check_groups_of_user(const UserId& user, const std::map<GroupId, Span>& groups) {
    for (const auto& [id, span] : groups) {
        if (!target_.state.groups.contains(id)) {
            refuse_unknown("group", id, target_.state.groups, span);
            continue;
        }
        const auto* directory = desired::directory_of(document_, id);
        const auto live = live_.groups.find(id);
        const bool is_member = live != live_.groups.end() && live_.users.contains(user) &&
                               live->second.members.contains(user);
        if (directory != nullptr && !is_member) {
            refuse(
                fmt::format(
                    "user `{}` cannot join group `{}`, which comes from the directory of realm "
                    "`{}`",
                    user.text,
                    id.text,
                    directory->first.text
                ),
                span,
                "let them join it in the directory, or grant by a group of your own"
            );
        }
    }
}

void Overlay::set_groups_of_user(const UserId& user, const std::map<GroupId, Span>& groups) {
    check_groups_of_user(user, groups);
    for (auto& [id, group] : target_.state.groups) {
        if (groups.contains(id)) {
            group.members.insert(user);
            continue;
        }
        const auto* directory = desired::directory_of(document_, id);
        if (!ownership_.may_change(id)) {
            continue;
        }
        if (directory == nullptr) {
            group.members.erase(user);
        } else if (group.members.contains(user)) {
            target_.notices.push_back(Notice{
                fmt::format(
                    "user `{}` stays in group `{}`, which comes from the directory of realm `{}`",
                    user.text,
                    id.text,
                    directory->first.text
                ),
                document_.users.at(user).span,
                {user}});
        }
    }
}

void Overlay::set_members_of_group(const GroupId& id, const std::map<UserId, Span>& members) {
    std::set<UserId>& target = target_.state.groups.at(id).members; // no directory's: declared
    for (const auto& [user, span] : members) {
        if (!target_.state.users.contains(user)) {
            refuse_unknown("user", user, target_.state.users, span);
        }
    }
    for (const UserId& present : std::set<UserId>(target)) {
        if (members.contains(present) || !ownership_.may_change(present)) {
            continue;
        }
        if (target_.state.users.contains(present)) {
            target.erase(present);
            target_.memberships.try_emplace(present, document_.groups.at(id).span);
        } else {
            target_.notices.push_back(Notice{
                fmt::format(
                    "group `{}` still names `{}`, a user that no longer exists; PVE has no request "
                    "that removes it (create and delete the user to get rid of it)",
                    id.text,
                    present.text
                ),
                document_.groups.at(id).span,
            });
        }
    }
    for (const auto& [user, span] : members) {
        target.insert(user);
        target_.memberships.try_emplace(user, span);
    }
}

void Overlay::declare_memberships() {
    for (const auto& [id, declared] : document_.users) {
        if (declared.groups) {
            set_groups_of_user(id, *declared.groups);
        }
    }
    for (const auto& [id, declared] : document_.groups) {
        if (declared.members) {
            set_members_of_group(id, *declared.members);
        }
    }
}

void Overlay::check_row(const AclKey& key, const desired::AclRow& row) {
    if (!target_.state.roles.contains(key.role)) {
        refuse_unknown("role", key.role, target_.state.roles, row.role_span);
    }
    if (key.path.is_addable(live_.release)) {
        return;
    }
    const auto live = live_.acl.find(key);
    if (live == live_.acl.end()) {
        std::vector<std::string> others;
        for (const auto& [other, grant] : live_.acl) {
            if (other.path.is_addable(live_.release)) {
                others.push_back(other.path.text);
            }
        }
        refuse(
            fmt::format("PVE {} takes no ACL entry at `{}`", live_.release.text(), key.path.text),
            row.span,
            help_for_acl_path(key.path, live_.release, std::move(others))
        );
    } else if (live->second.propagate != row.propagate) {
        refuse(
            fmt::format(
                "PVE {} takes no ACL entry at `{}`, so that the one that is there cannot change",
                live_.release.text(),
                key.path.text
            ),
            row.span,
            fmt::format("write `propagate: {}`, or remove the entry", live->second.propagate)
        );
    }
}

void Overlay::declare_acl_of(
    const Principal& principal, const desired::AclList& list, const Span& owner
) {
    for (const AclKey& key : live_rows_[principal]) {
        if (ownership_.may_change(key)) {
            target_.state.acl.erase(key);
            target_.origins[key] = {"not in the written `acl`", owner};
        }
    }
    for (const desired::AclRow& row : list) {
        const AclKey key{row.path, principal, row.role};
        target_.origins[key] = {{}, row.span};
        target_.state.acl[key] = AclGrant{row.propagate};
        check_row(key, row);
    }
}

void Overlay::declare_acl() {
    for (const auto& [id, group] : document_.groups) {
        if (group.acl) {
            declare_acl_of(Principal::of(id), *group.acl, group.span);
        }
    }
    for (const auto& [id, user] : document_.users) {
        if (user.acl) {
            declare_acl_of(Principal::of(id), *user.acl, user.span);
        }
        if (!user.tokens) {
            continue;
        }
        for (const auto& [name, token] : *user.tokens) {
            if (!token.acl) {
                continue;
            }
            for (const TokenId& holder : desired::possible_holders(TokenId{id, name}, token)) {
                if (target_.state.tokens.contains(holder)) {
                    declare_acl_of(Principal::of(holder), *token.acl, token.span);
                }
            }
        }
    }
}

void Overlay::find_what_is_left_alone() {
    const auto add = [this](const auto& live, const auto& target, const auto& counts) {
        for (const auto& [id, object] : live) {
            if (target.contains(id) && !target_.origins.contains(id) && counts(id, object)) {
                target_.left_alone.emplace_back(id);
            }
        }
    };
    const auto always = [](const auto&, const auto&) { return true; };
    const State& state = target_.state;
    add(live_.roles, state.roles, [](const RoleId&, const Role& role) { return !role.built_in; });
    add(live_.groups, state.groups, always);
    add(live_.users, state.users, [](const UserId& id, const User&) { return id != root_user; });
    add(live_.tokens, state.tokens, always);
    add(live_.acl, state.acl, always);
}

Collected<Target> target_state(
    const State& live,
    const desired::Document& document,
    UnixSeconds now,
    const Rotation& rotation,
    bool knows_realms
) {
    return Overlay(live, document, now, rotation, knows_realms).run();
}

} // namespace pveform::plan
