#include "plan/rights.hpp"

#include <algorithm>
#include <map>
#include <ranges>

#include <fmt/format.h>

#include "model/builtin_roles.hpp"
#include "model/object_paths.hpp"

namespace pveform::plan {

namespace {

Denial needs(std::string_view privilege, const std::string& path) {
    return {
        fmt::format("needs `{}` on `{}`", privilege, path),
        Privilege{std::string(privilege)},
        AclPath{path}};
}

using Answer = std::optional<Denial>;

} // namespace

std::string_view delegating_privilege(std::string_view path) {
    if (const auto kind = member_kind(path)) {
        return kind == MemberKind::storage ? "Datastore.Allocate" : "VM.Allocate";
    }
    return is_pool_path(path) ? "Pool.Allocate" : "";
}

bool Rights::holds(std::string_view privilege, const std::string& path) const {
    return evaluator_.holds(identity_, path, Privilege{std::string(privilege)});
}

/// Answers for each command in turn.
struct RightsCheck {
    const Rights& rights;

    Answer operator()(const CreateRole&) const { return demand("Sys.Modify", "/access"); }

    Answer operator()(const SetRolePrivileges&) const { return demand("Sys.Modify", "/access"); }

    Answer operator()(const DestroyRole&) const { return demand("Sys.Modify", "/access"); }

    Answer operator()(const CreateGroup&) const {
        return demand("Group.Allocate", "/access/groups");
    }

    Answer operator()(const SetGroupComment&) const {
        return demand("Group.Allocate", "/access/groups");
    }

    Answer operator()(const DestroyGroup&) const {
        return demand("Group.Allocate", "/access/groups");
    }

    Answer operator()(const CreateUser& command) const {
        const Answer realm = demand("Realm.AllocateUser", path_of(command.id.realm()));
        return realm ? realm : named_groups(command.fields);
    }

    Answer operator()(const UpdateUser& command) const {
        const Answer groups = named_groups(command.fields);
        return groups ? groups : some_group_of(command.id);
    }

    Answer operator()(const DestroyUser& command) const {
        const Answer realm = demand("Realm.AllocateUser", path_of(command.id.realm()));
        return realm ? realm : some_group_of(command.id);
    }

    /// Where PVE cannot renew a secret in place, the token's ACL entries are lost and added again.
    Answer operator()(const IssueToken& command) const {
        const Answer denial = token_of(command.id.user);
        if (denial || !command.exists || rights.state_.release.can_regenerate_tokens()) {
            return denial;
        }
        const Principal token = Principal::of(command.id);
        for (const auto& [key, grant] : rights.state_.acl) {
            if (key.principal != token) {
                continue;
            }
            const AclEdit edit{key.path, {token}, {key.role}, grant.propagate, false};
            if (const Answer lost = (*this)(ChangeAcl{edit})) {
                return lost;
            }
        }
        return {};
    }

    Answer operator()(const UpdateToken& command) const { return token_of(command.id.user); }

    Answer operator()(const DestroyToken& command) const { return token_of(command.id.user); }

    Answer operator()(const ChangeAcl& command) const {
        const AclEdit& edit = command.edit;
        const std::string& path = edit.path.text;
        if (rights.holds("Permissions.Modify", path)) {
            return {};
        }
        const std::string_view delegating = delegating_privilege(path);
        if (delegating.empty() || !rights.holds(delegating, path)) {
            return needs("Permissions.Modify", path);
        }
        // A delegated administrator gives, and takes, no more than it holds.
        const access::Privileges held = rights.evaluator_.privileges(rights.identity_, path);
        for (const RoleId& role : edit.roles) {
            if (!may_delegate(role, held, !edit.remove && edit.propagate)) {
                Denial denial = needs("Permissions.Modify", path);
                denial.reason += fmt::format(
                    ", or all of role `{}`{}",
                    role.text,
                    !edit.remove && edit.propagate ? " with propagation" : ""
                );
                return denial;
            }
        }
        return {};
    }

private:
    [[nodiscard]] Answer demand(std::string_view privilege, const std::string& path) const {
        return rights.holds(privilege, path) ? Answer() : needs(privilege, path);
    }

    [[nodiscard]] bool
    may_delegate(const RoleId& id, const access::Privileges& held, bool propagating) const {
        const auto role = rights.state_.roles.find(id);
        if (id == no_access || role == rights.state_.roles.end()) {
            return false;
        }
        return std::ranges::all_of(role->second.privileges, [&](const Privilege& privilege) {
            const auto own = held.find(privilege);
            return own != held.end() && (own->second || !propagating);
        });
    }

    /// The form of check for creations and updates: without the right over all groups, groups must
    /// be named, and each of them must be the caller's to manage.
    [[nodiscard]] Answer named_groups(const UserEdit& fields) const {
        if (rights.holds("User.Modify", "/access/groups")) {
            return {};
        }
        if (!fields.groups || fields.groups->empty()) {
            return needs("User.Modify", "/access/groups");
        }
        for (const GroupId& group : *fields.groups) {
            if (const Answer denial = demand("User.Modify", path_of(group))) {
                return denial;
            }
        }
        return {};
    }

    /// The user must be in a group that is the caller's to manage.
    [[nodiscard]] Answer some_group_of(const UserId& user) const {
        if (rights.holds("User.Modify", "/access/groups")) {
            return {};
        }
        const bool manages_one = std::ranges::any_of(rights.state_.groups, [&](const auto& group) {
            return group.second.members.contains(user) &&
                   rights.holds("User.Modify", path_of(group.first));
        });
        return manages_one ? Answer() : needs("User.Modify", "/access/groups");
    }

    [[nodiscard]] Answer token_of(const UserId& user) const {
        return rights.identity_ == Principal::of(user) ? Answer() : some_group_of(user);
    }
};

std::optional<Denial> Rights::denial_of(const Command& command) const {
    if (identity_ == Principal::of(root_user)) {
        return std::nullopt; // with a ticket, root@pam passes all checks
    }
    return std::visit(RightsCheck{*this}, command);
}

Command Rights::as_demanded(Command command) const {
    auto* update = std::get_if<UpdateUser>(&command);
    const bool is_bound_to_groups = update != nullptr && !update->fields.groups &&
                                    identity_ != Principal::of(root_user) &&
                                    !holds("User.Modify", "/access/groups");
    if (!is_bound_to_groups) {
        return command;
    }
    for (const auto& [id, group] : state_.groups) {
        if (group.members.contains(update->id) && holds("User.Modify", path_of(id))) {
            update->fields.groups = {id};
            update->fields.append_groups = true;
            break;
        }
    }
    return command;
}

} // namespace pveform::plan
