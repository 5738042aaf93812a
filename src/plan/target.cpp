#include "plan/target.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"

namespace pveform::plan {

namespace {

/// Overlays the document's objects, kind by kind, on a copy of the live state.
class Overlay {
public:
    Overlay(const State& live, const desired::Document& document)
        : live_(live), document_(document), known_privileges_(live.privileges()) {
        target_.state = live;
        for (const auto& [key, grant] : live.acl) {
            live_rows_[key.principal].push_back(key);
        }
    }

    Collected<Target> run() && {
        declare_roles();
        declare_groups();
        declare_users();
        declare_memberships();
        declare_tokens();
        declare_acl();
        count_what_is_left_alone();
        if (!errors_.empty()) {
            return std::unexpected(std::move(errors_));
        }
        return std::move(target_);
    }

private:
    void declare_roles();
    void declare_groups();
    void declare_users();
    void declare_memberships();
    void declare_tokens();
    void declare_tokens_of(const UserId& user, const desired::User& declared);
    void declare_acl();
    void
    declare_acl_of(const Principal& principal, const desired::AclList& list, const Span& owner);
    void count_what_is_left_alone();

    void set_groups_of_user(const UserId& user, const std::map<GroupId, Span>& groups);
    void set_members_of_group(const GroupId& group, const std::map<UserId, Span>& members);
    void check_realm(const UserId& user, const desired::User& declared);
    void remove_live_rows_of(const Principal& principal);
    bool declares_acl_of(const Principal& principal) const;

    void refuse(std::string message, const Span& span, std::string help = {});

    template<class Map>
    void refuse_unknown(
        std::string_view what, const std::string& name, const Map& known, const Span& span
    );

    const State& live_;
    const desired::Document& document_;
    std::set<Privilege> known_privileges_;
    std::map<Principal, std::vector<AclKey>> live_rows_;
    Target target_;
    Errors errors_;
};

const std::string& text_of(const RealmId& id) {
    return id.text;
}

const std::string& text_of(const RoleId& id) {
    return id.text;
}

const std::string& text_of(const GroupId& id) {
    return id.text;
}

const std::string& text_of(const UserId& id) {
    return id.text;
}

template<class T>
void overlay(T& value, const desired::Optional<T>& declared) {
    if (declared) {
        value = declared->value;
    }
}

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

void Overlay::refuse(std::string message, const Span& span, std::string help) {
    errors_.push_back(Error{
        .kind = ErrorKind::document,
        .message = std::move(message),
        .span = span,
        .help = std::move(help),
    });
}

template<class Map>
void Overlay::refuse_unknown(
    std::string_view what, const std::string& name, const Map& known, const Span& span
) {
    std::vector<std::string> names;
    for (const auto& [id, object] : known) {
        names.push_back(text_of(id));
    }
    std::string help = did_you_mean(name, names);
    if (help.empty()) {
        help = fmt::format("it is neither declared in the document nor there in the cluster");
    }
    refuse(fmt::format("unknown {} `{}`", what, name), span, std::move(help));
}

void Overlay::declare_roles() {
    for (const auto& [id, declared] : document_.roles) {
        target_.origins[id] = declared.span;
        const auto live = live_.roles.find(id);
        if (live != live_.roles.end() && live->second.built_in) {
            refuse(
                fmt::format("role `{}` is built into PVE and cannot be changed", id.text),
                declared.span,
                "declare a role of another name"
            );
            continue;
        }
        Role& role = target_.state.roles[id];
        if (!declared.privileges) {
            continue;
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
}

void Overlay::declare_groups() {
    for (const auto& [id, declared] : document_.groups) {
        target_.origins[id] = declared.span;
        overlay(target_.state.groups[id].comment, declared.comment);
    }
}

void Overlay::check_realm(const UserId& user, const desired::User& declared) {
    const auto realm = live_.realms.find(user.realm());
    if (realm == live_.realms.end()) {
        refuse_unknown("realm", user.realm().text, live_.realms, declared.span);
        return;
    }
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
        target_.origins[id] = declared.span;
        if (!live_.users.contains(id)) {
            check_realm(id, declared);
        }
        User& user = target_.state.users[id];
        overlay(user.comment, declared.comment);
        overlay(user.email, declared.email);
        overlay(user.first_name, declared.first_name);
        overlay(user.last_name, declared.last_name);
        overlay(user.enabled, declared.enabled);
        overlay(user.expire, declared.expire);
    }
}

void Overlay::set_groups_of_user(const UserId& user, const std::map<GroupId, Span>& groups) {
    for (const auto& [id, span] : groups) {
        if (!target_.state.groups.contains(id)) {
            refuse_unknown("group", id.text, target_.state.groups, span);
        }
    }
    for (auto& [id, group] : target_.state.groups) {
        if (groups.contains(id)) {
            group.members.insert(user);
        } else {
            group.members.erase(user);
        }
    }
}

void Overlay::set_members_of_group(const GroupId& id, const std::map<UserId, Span>& members) {
    std::set<UserId>& target = target_.state.groups.at(id).members;
    for (const auto& [user, span] : members) {
        if (!target_.state.users.contains(user)) {
            refuse_unknown("user", user.text, target_.state.users, span);
        }
    }
    for (const UserId& present : std::set<UserId>(target)) {
        if (members.contains(present)) {
            continue;
        }
        if (target_.state.users.contains(present)) {
            target.erase(present);
            target_.origins.try_emplace(present, document_.groups.at(id).span);
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
        target_.origins.try_emplace(user, span);
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

void Overlay::remove_live_rows_of(const Principal& principal) {
    for (const AclKey& key : live_rows_[principal]) {
        target_.state.acl.erase(key);
    }
}

void Overlay::declare_tokens_of(const UserId& user, const desired::User& declared) {
    for (auto it = live_.tokens.lower_bound(TokenId{user, {}});
         it != live_.tokens.end() && it->first.user == user;
         ++it) {
        const TokenId& id = it->first;
        if (!declared.tokens->contains(id.name)) {
            target_.state.tokens.erase(id);
            target_.origins[id] = declared.span;
            remove_live_rows_of(Principal::of(id)); // as PVE does
        }
    }
    for (const auto& [name, wanted] : *declared.tokens) {
        const TokenId id{user, name};
        target_.origins[id] = wanted.span;
        Token& token = target_.state.tokens[id];
        if (token.expire == Expiry::unconfirmed()) {
            token.expire = Expiry::never(); // PVE's default, as for a token that is created
        }
        overlay(token.comment, wanted.comment);
        overlay(token.privilege_separation, wanted.privilege_separation);
        overlay(token.expire, wanted.expire);
    }
}

void Overlay::declare_tokens() {
    for (const auto& [id, declared] : document_.users) {
        if (declared.tokens) {
            declare_tokens_of(id, declared);
        }
    }
}

void Overlay::declare_acl_of(
    const Principal& principal, const desired::AclList& list, const Span& owner
) {
    remove_live_rows_of(principal);
    for (const AclKey& key : live_rows_[principal]) {
        target_.origins[key] = owner;
    }
    for (const desired::AclRow& row : list) {
        const AclKey key{row.path, principal, row.role};
        target_.origins[key] = row.span;
        target_.state.acl[key] = AclGrant{row.propagate};
        if (!target_.state.roles.contains(row.role)) {
            refuse_unknown("role", row.role.text, target_.state.roles, row.span);
        }
        if (!row.path.is_addable(live_.release) && !live_.acl.contains(key)) {
            refuse(
                fmt::format(
                    "PVE {} takes no ACL entry at `{}`", live_.release.text(), row.path.text
                ),
                row.span,
                "paths are `/`, `/access…`, `/nodes/NODE`, `/vms/ID`, `/storage/ID`, `/pool/POOL`, "
                "`/sdn/…`, `/mapping/…`"
            );
        }
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
            if (token.acl) {
                declare_acl_of(Principal::of(TokenId{id, name}), *token.acl, token.span);
            }
        }
    }
}

bool Overlay::declares_acl_of(const Principal& principal) const {
    if (principal.kind == PrincipalKind::group) {
        const auto group = document_.groups.find(GroupId{principal.id});
        return group != document_.groups.end() && group->second.acl;
    }
    const bool is_token = principal.kind == PrincipalKind::token;
    const TokenId token = is_token ? split_token_id(principal.id) : TokenId{};
    const auto user = document_.users.find(is_token ? token.user : UserId{principal.id});
    if (user == document_.users.end()) {
        return false;
    }
    if (!is_token) {
        return user->second.acl.has_value();
    }
    if (!user->second.tokens) {
        return false;
    }
    const auto declared = user->second.tokens->find(token.name);
    // A token that is not in a written list goes, and its rows with it.
    return declared == user->second.tokens->end() || declared->second.acl;
}

void Overlay::count_what_is_left_alone() {
    LeftAlone& left = target_.left_alone;
    left.roles = static_cast<std::size_t>(std::ranges::count_if(live_.roles, [&](const auto& role) {
        return !role.second.built_in && !document_.roles.contains(role.first);
    }));
    left.groups =
        static_cast<std::size_t>(std::ranges::count_if(live_.groups, [&](const auto& group) {
            return !document_.groups.contains(group.first);
        }));
    left.users = static_cast<std::size_t>(std::ranges::count_if(live_.users, [&](const auto& user) {
        return user.first != root_user && !document_.users.contains(user.first);
    }));
    left.tokens =
        static_cast<std::size_t>(std::ranges::count_if(live_.tokens, [&](const auto& token) {
            const auto user = document_.users.find(token.first.user);
            return user == document_.users.end() || !user->second.tokens;
        }));
    left.acl_entries =
        static_cast<std::size_t>(std::ranges::count_if(live_.acl, [&](const auto& row) {
            return !declares_acl_of(row.first.principal);
        }));
}

} // namespace

Collected<Target> target_state(const State& live, const desired::Document& document) {
    return Overlay(live, document).run();
}

} // namespace pveform::plan
