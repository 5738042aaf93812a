#include "plan/steps.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>
#include <utility>

#include "base/sets.hpp"
#include "plan/diff.hpp"

namespace pveform::plan {

namespace {

/// PVE takes bodies of up to 512 KiB, and 64 KiB before http-server 5.2.1; what is sent is
/// percent-encoded, at most three times as long.
constexpr std::size_t max_acl_list_bytes = 16 * 1024;

template<class T>
void set_if_different(std::optional<T>& edit, const T& before, const T& after) {
    if (before != after) {
        edit = after;
    }
}

UserEdit edit_of(const User& before, const User& after) {
    UserEdit edit;
    set_if_different(edit.enabled, before.enabled, after.enabled);
    set_if_different(edit.expire, before.expire, after.expire);
    set_if_different(edit.first_name, before.first_name, after.first_name);
    set_if_different(edit.last_name, before.last_name, after.last_name);
    set_if_different(edit.email, before.email, after.email);
    set_if_different(edit.comment, before.comment, after.comment);
    return edit;
}

TokenEdit edit_of(const Token& before, const Token& after) {
    TokenEdit edit;
    set_if_different(
        edit.privilege_separation, before.privilege_separation, after.privilege_separation
    );
    set_if_different(edit.expire, before.expire, after.expire);
    set_if_different(edit.comment, before.comment, after.comment);
    return edit;
}

class Steps {
public:
    Steps(const std::vector<Change>& changes, const State& before, const State& after)
        : changes_(changes), before_(before), after_(after),
          groups_before_(lasting_memberships(before, after)), groups_after_(memberships(after)) {}

    std::vector<Step> run() && {
        for (std::size_t i = 0; i < changes_.size(); ++i) {
            current_ = i;
            if (changes_[i].action == Action::cascade) {
                continue;
            }
            std::visit([&](const auto& id) { steps_of(changes_[i].action, id); }, changes_[i].key);
        }
        add_acl_steps();
        return std::move(steps_);
    }

private:
    void add(Command command) { steps_.push_back({std::move(command), {current_}}); }

    void steps_of(Action action, const RoleId& id) {
        if (action == Action::destroy) {
            add(DestroyRole{id});
            return;
        }
        const std::set<Privilege>& wanted = after_.roles.at(id).privileges;
        if (action == Action::create) {
            add(CreateRole{id, wanted});
            return;
        }
        const std::set<Privilege>& present = before_.roles.at(id).privileges;
        const std::set<Privilege> kept = common(present, wanted);
        if (kept != present) {
            add(SetRolePrivileges{id, kept});
        }
        if (kept != wanted) {
            add(SetRolePrivileges{id, without(wanted, kept), true});
        }
    }

    void steps_of(Action action, const GroupId& id) {
        if (action == Action::destroy) {
            add(DestroyGroup{id});
            return;
        }
        const std::string& comment = after_.groups.at(id).comment;
        if (action == Action::create) {
            add(CreateGroup{id, comment});
        } else {
            add(SetGroupComment{id, comment});
        }
    }

    void steps_of(Action action, const UserId& id) {
        if (action == Action::destroy) {
            add(DestroyUser{id});
            return;
        }
        const std::set<GroupId>& groups = groups_after_[id];
        const std::set<GroupId>& groups_before = groups_before_[id];
        if (action == Action::create) {
            create_user(id, groups_before, groups);
            return;
        }
        UserEdit edit = edit_of(before_.users.at(id), after_.users.at(id));
        if (groups != groups_before) {
            edit.append_groups = std::ranges::includes(groups, groups_before);
            edit.groups = edit.append_groups ? without(groups, groups_before) : groups;
        }
        add(UpdateUser{id, std::move(edit)});
    }

    void create_user(
        const UserId& id, const std::set<GroupId>& left_over_groups, const std::set<GroupId>& groups
    ) {
        const User& user = after_.users.at(id);
        UserEdit edit = edit_of(User{}, user);
        if (!groups.empty()) {
            edit.groups = groups;
        }
        add(CreateUser{id, std::move(edit)});
        if (!std::ranges::includes(groups, left_over_groups)) {
            UserEdit leaving; // groups that still named a vanished user of that id
            leaving.groups = groups;
            add(UpdateUser{id, std::move(leaving)});
        }
    }

    void steps_of(Action action, const TokenId& id) {
        switch (action) {
        case Action::create:
            add(IssueToken{id, after_.tokens.at(id), false});
            return;
        case Action::rotate:
            add(IssueToken{id, after_.tokens.at(id), true});
            return;
        case Action::update:
        case Action::disable: // of users only
            add(UpdateToken{id, edit_of(before_.tokens.at(id), after_.tokens.at(id))});
            return;
        case Action::destroy:
            add(DestroyToken{id});
            return;
        case Action::cascade:
            return;
        }
    }

    void steps_of(Action action, const AclKey& key) {
        const bool remove = action == Action::destroy;
        const bool propagate = remove || after_.acl.at(key).propagate;
        const Batch batch{key.path, remove, propagate};
        Rows& rows = acl_[batch][key.principal];
        rows.roles.insert(key.role);
        rows.changes.push_back(current_);
    }

    void add_acl_steps() {
        for (const auto& [batch, rows_of] : acl_) {
            std::map<std::set<RoleId>, std::vector<std::pair<Principal, const Rows*>>> alike;
            for (const auto& [principal, rows] : rows_of) {
                alike[rows.roles].emplace_back(principal, &rows);
            }
            for (const auto& [roles, members] : alike) {
                add_acl_steps(batch, roles, members);
            }
        }
    }

    struct Rows {
        std::set<RoleId> roles;
        std::vector<std::size_t> changes;
    };

    struct Batch {
        AclPath path;
        bool remove = false;
        bool propagate = true;
        friend auto operator<=>(const Batch&, const Batch&) = default;
    };

    void add_acl_steps(
        const Batch& batch,
        const std::set<RoleId>& roles,
        const std::vector<std::pair<Principal, const Rows*>>& members
    ) {
        Step step{ChangeAcl{{batch.path, {}, roles, batch.propagate, batch.remove}}, {}};
        std::size_t bytes = 0;
        for (const auto& [principal, rows] : members) {
            if (bytes + principal.id.size() > max_acl_list_bytes) {
                steps_.push_back(step);
                std::get<ChangeAcl>(step.command).edit.principals.clear();
                step.changes.clear();
                bytes = 0;
            }
            bytes += principal.id.size() + 1;
            std::get<ChangeAcl>(step.command).edit.principals.insert(principal);
            std::ranges::copy(rows->changes, std::back_inserter(step.changes));
        }
        steps_.push_back(std::move(step));
    }

    const std::vector<Change>& changes_;
    const State& before_;
    const State& after_;
    std::map<UserId, std::set<GroupId>> groups_before_;
    std::map<UserId, std::set<GroupId>> groups_after_;
    std::map<Batch, std::map<Principal, Rows>> acl_;
    std::vector<Step> steps_;
    std::size_t current_ = 0;
};

} // namespace

std::vector<Step>
steps_for(const std::vector<Change>& changes, const State& before, const State& after) {
    return Steps(changes, before, after).run();
}

} // namespace pveform::plan
