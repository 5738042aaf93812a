#include "plan/step.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace pveform::plan {

namespace {

template<class T>
void overlay(T& value, const std::optional<T>& edit) {
    if (edit) {
        value = *edit;
    }
}

bool all_groups_exist(const UserEdit& fields, const State& state) {
    return !fields.groups || std::ranges::all_of(*fields.groups, [&](const GroupId& id) {
        return state.groups.contains(id);
    });
}

void apply_fields(const UserId& id, const UserEdit& fields, State& state) {
    User& user = state.users[id];
    overlay(user.enabled, fields.enabled);
    overlay(user.expire, fields.expire);
    overlay(user.first_name, fields.first_name);
    overlay(user.last_name, fields.last_name);
    overlay(user.email, fields.email);
    overlay(user.comment, fields.comment);
    if (!fields.groups) {
        return;
    }
    for (auto& [group_id, group] : state.groups) {
        if (fields.groups->contains(group_id)) {
            group.members.insert(id);
        } else if (!fields.append_groups) {
            group.members.erase(id);
        }
    }
}

std::string listed(const AclEdit& edit) {
    std::vector<std::string> roles;
    std::ranges::transform(edit.roles, std::back_inserter(roles), &RoleId::text);
    std::vector<std::string> principals;
    std::ranges::transform(edit.principals, std::back_inserter(principals), &Principal::text);
    constexpr std::size_t few = 4;
    if (principals.size() > few) {
        const std::size_t more = principals.size() - few;
        principals.resize(few);
        principals.push_back(fmt::format("{} more", more));
    }
    return fmt::format(
        "{} for {} at {}", join(roles, ", "), join(principals, ", "), edit.path.text
    );
}

// One overload for each command, in the order of the variant.

bool ready(const CreateRole& command, const State& state) {
    return !state.roles.contains(command.id);
}

bool ready(const SetRolePrivileges& command, const State& state) {
    return state.roles.contains(command.id);
}

bool ready(const CreateGroup& command, const State& state) {
    return !state.groups.contains(command.id);
}

bool ready(const SetGroupComment& command, const State& state) {
    return state.groups.contains(command.id);
}

bool ready(const CreateUser& command, const State& state) {
    return !state.users.contains(command.id) && all_groups_exist(command.fields, state);
}

bool ready(const UpdateUser& command, const State& state) {
    return state.users.contains(command.id) && all_groups_exist(command.fields, state);
}

bool ready(const IssueToken& command, const State& state) {
    if (const auto& predecessor = command.predecessor) {
        const auto live = state.tokens.find(predecessor->id);
        if (live != state.tokens.end() && live->second.expire != predecessor->until) {
            return false;
        }
    }
    return state.users.contains(command.id.user) &&
           state.tokens.contains(command.id) == command.exists;
}

bool ready(const UpdateToken& command, const State& state) {
    return state.tokens.contains(command.id);
}

bool ready(const DestroyToken& command, const State& state) {
    return state.tokens.contains(command.id);
}

bool ready(const DestroyUser& command, const State& state) {
    return state.users.contains(command.id);
}

bool ready(const DestroyGroup& command, const State& state) {
    return state.groups.contains(command.id);
}

bool ready(const DestroyRole& command, const State& state) {
    return state.roles.contains(command.id);
}

bool ready(const ChangeAcl& command, const State& state) {
    return std::ranges::all_of(
               command.edit.principals, [&](const Principal& p) { return state.exists(p); }
           ) &&
           std::ranges::all_of(command.edit.roles, [&](const RoleId& id) {
               return state.roles.contains(id);
           });
}

void perform(const CreateRole& command, State& state) {
    state.roles[command.id].privileges = command.privileges;
}

void perform(const SetRolePrivileges& command, State& state) {
    std::set<Privilege>& privileges = state.roles[command.id].privileges;
    if (!command.append) {
        privileges.clear();
    }
    privileges.insert(command.privileges.begin(), command.privileges.end());
}

void perform(const CreateGroup& command, State& state) {
    state.groups[command.id].comment = command.comment;
}

void perform(const SetGroupComment& command, State& state) {
    state.groups[command.id].comment = command.comment;
}

/// Groups that still name a vanished user of that id keep it.
void perform(const CreateUser& command, State& state) {
    UserEdit fields = command.fields;
    fields.append_groups = true;
    apply_fields(command.id, fields, state);
}

void perform(const UpdateUser& command, State& state) {
    apply_fields(command.id, command.fields, state);
}

void perform(const IssueToken& command, State& state) {
    state.tokens[command.id] = command.token;
}

void perform(const UpdateToken& command, State& state) {
    Token& token = state.tokens[command.id];
    overlay(token.privilege_separation, command.fields.privilege_separation);
    overlay(token.expire, command.fields.expire);
    overlay(token.comment, command.fields.comment);
}

void perform(const DestroyToken& command, State& state) {
    state.remove(command.id);
}

void perform(const DestroyUser& command, State& state) {
    state.remove(command.id);
}

void perform(const DestroyGroup& command, State& state) {
    state.remove(command.id);
}

void perform(const DestroyRole& command, State& state) {
    state.remove(command.id);
}

void perform(const ChangeAcl& command, State& state) {
    for (const Principal& principal : command.edit.principals) {
        for (const RoleId& role : command.edit.roles) {
            const AclKey key{command.edit.path, principal, role};
            if (command.edit.remove) {
                state.acl.erase(key);
            } else {
                state.acl[key] = AclGrant{command.edit.propagate};
            }
        }
    }
}

bool revokes(const CreateRole&, const State&) {
    return false;
}

bool revokes(const SetRolePrivileges& command, const State& state) {
    const auto role = state.roles.find(command.id);
    return !command.append && role != state.roles.end() &&
           !std::ranges::includes(command.privileges, role->second.privileges);
}

bool revokes(const CreateGroup&, const State&) {
    return false;
}

bool revokes(const SetGroupComment&, const State&) {
    return false;
}

bool revokes(const CreateUser&, const State&) {
    return false;
}

bool revokes(const UpdateUser& command, const State& state) {
    const auto user = state.users.find(command.id);
    const bool leaves_groups = command.fields.groups && !command.fields.append_groups;
    const bool ends_sooner = command.fields.expire && user != state.users.end() &&
                             command.fields.expire->ends_before(user->second.expire);
    return command.fields.enabled == false || ends_sooner || leaves_groups;
}

bool revokes(const IssueToken&, const State&) {
    return false; // who reads the secret where it is stored goes on with the new one
}

bool revokes(const UpdateToken& command, const State& state) {
    const auto token = state.tokens.find(command.id);
    const bool ends_sooner = command.fields.expire && token != state.tokens.end() &&
                             command.fields.expire->ends_before(token->second.expire);
    return ends_sooner || command.fields.privilege_separation == true;
}

bool revokes(const DestroyToken&, const State&) {
    return true;
}

bool revokes(const DestroyUser&, const State&) {
    return true;
}

bool revokes(const DestroyGroup&, const State&) {
    return true;
}

bool revokes(const DestroyRole&, const State&) {
    return true;
}

bool revokes(const ChangeAcl& command, const State&) {
    return command.edit.remove;
}

std::string words(const CreateRole& command) {
    return fmt::format("create role {}", command.id.text);
}

std::string words(const SetRolePrivileges& command) {
    return fmt::format(
        "{} role {}",
        command.append ? "add privileges to" : "set the privileges of",
        command.id.text
    );
}

std::string words(const CreateGroup& command) {
    return fmt::format("create group {}", command.id.text);
}

std::string words(const SetGroupComment& command) {
    return fmt::format("set the comment of group {}", command.id.text);
}

std::string words(const CreateUser& command) {
    return fmt::format("create user {}", command.id.text);
}

std::string words(const UpdateUser& command) {
    return fmt::format("update user {}", command.id.text);
}

std::string words(const IssueToken& command) {
    return fmt::format("{} token {}", command.exists ? "re-issue" : "issue", command.id.text());
}

std::string words(const UpdateToken& command) {
    return fmt::format("update token {}", command.id.text());
}

std::string words(const DestroyToken& command) {
    return fmt::format("destroy token {}", command.id.text());
}

std::string words(const DestroyUser& command) {
    return fmt::format("destroy user {}", command.id.text);
}

std::string words(const DestroyGroup& command) {
    return fmt::format("destroy group {}", command.id.text);
}

std::string words(const DestroyRole& command) {
    return fmt::format("destroy role {}", command.id.text);
}

std::string words(const ChangeAcl& command) {
    return fmt::format("{} {}", command.edit.remove ? "remove" : "add", listed(command.edit));
}

} // namespace

bool is_ready(const Command& command, const State& state) {
    return std::visit([&](const auto& one) { return ready(one, state); }, command);
}

void carry_out(const Command& command, State& state) {
    std::visit([&](const auto& one) { perform(one, state); }, command);
}

bool is_revocation(const Command& command, const State& state) {
    return std::visit([&](const auto& one) { return revokes(one, state); }, command);
}

std::string describe(const Command& command) {
    return std::visit([](const auto& one) { return words(one); }, command);
}

} // namespace pveform::plan
