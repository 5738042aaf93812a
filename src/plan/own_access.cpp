#include "plan/own_access.hpp"

#include <algorithm>

namespace pveform::plan {

namespace {

/// Answers for each command in turn.
struct Touch {
    const State& state;
    const std::set<Principal>& own;

    // What comes to be touches nobody.
    bool operator()(const CreateRole&) const { return false; }

    bool operator()(const CreateGroup&) const { return false; }

    bool operator()(const CreateUser&) const { return false; }

    bool operator()(const SetGroupComment&) const { return false; }

    bool operator()(const SetRolePrivileges& command) const { return has_role(command.id); }

    bool operator()(const DestroyRole& command) const { return has_role(command.id); }

    bool operator()(const ChangeAcl& command) const {
        return std::ranges::any_of(command.edit.principals, [&](const Principal& principal) {
            return own.contains(principal);
        });
    }

    /// Users, tokens and groups that are changed or destroyed.
    template<class Command>
    bool operator()(const Command& command) const {
        return own.contains(Principal::of(command.id));
    }

private:
    [[nodiscard]] bool has_role(const RoleId& id) const {
        return std::ranges::any_of(state.acl, [&](const auto& row) {
            return row.first.role == id && own.contains(row.first.principal);
        });
    }
};

} // namespace

OwnAccess::OwnAccess(const std::optional<Principal>& identity, const State& state)
    : state_(&state) {
    if (!identity) {
        return;
    }
    const UserId user = user_behind(*identity);
    own_ = {*identity, Principal::of(user)};
    for (const auto& [id, group] : state.groups) {
        if (group.members.contains(user)) {
            own_.insert(Principal::of(id));
        }
    }
}

bool OwnAccess::is_touched_by(const Command& command) const {
    return std::visit(Touch{*state_, own_}, command);
}

} // namespace pveform::plan
