#include "apply/perform.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <type_traits>

#include <fmt/format.h>

#include "apply/answer.hpp"
#include "live/read.hpp"
#include "live/write.hpp"
#include "model/edit.hpp"

namespace pveform::apply {

namespace {

/// Whether the cluster already is as the command would leave it.
bool has_taken_effect(const plan::Command& command, const State& state) {
    State afterwards = state;
    carry_out(command, afterwards);
    return afterwards == state;
}

/// Who a command makes or unmakes in more than one of PVE's files.
const UserId* user_in_several_files(const plan::Command& command) {
    if (const auto* create = std::get_if<plan::CreateUser>(&command)) {
        return &create->id;
    }
    const auto* destroy = std::get_if<plan::DestroyUser>(&command);
    return destroy != nullptr ? &destroy->id : nullptr;
}

std::set<GroupId> groups_of(const UserId& user, const State& state) {
    std::set<GroupId> groups;
    for (const auto& [id, group] : state.groups) {
        if (group.members.contains(user)) {
            groups.insert(id);
        }
    }
    return groups;
}

StepResult unknown(Error error) {
    StepResult result;
    result.outcome = Outcome::unknown;
    result.wrote = true;
    result.error = std::move(error);
    return result;
}

/// What is there, with what leads from `expected` to `wanted` done to it.
template<class Id>
std::set<Id>
merged(const std::set<Id>& expected, const std::set<Id>& wanted, std::set<Id> present) {
    std::erase_if(present, [&](const Id& id) {
        return expected.contains(id) && !wanted.contains(id);
    });
    std::ranges::set_difference(wanted, expected, std::inserter(present, present.end()));
    return present;
}

} // namespace

StepResult Performer::perform(const plan::Command& command, const State& present) {
    if (const auto* token = std::get_if<plan::IssueToken>(&command)) {
        return issue(*token, present);
    }
    if (const auto* update = std::get_if<plan::UpdateUser>(&command)) {
        auto merged = with_present_groups(*update, present);
        return merged ? request(*merged) : refused(std::move(merged).error());
    }
    if (const auto* role = std::get_if<plan::SetRolePrivileges>(&command)) {
        auto merged = with_present_privileges(*role, present);
        return merged ? request(*merged) : refused(std::move(merged).error());
    }
    if (const auto* update = std::get_if<plan::UpdateToken>(&command);
        update != nullptr && update->fields.expire) {
        return update_expiry(*update, present);
    }
    StepResult result = request(command);
    const UserId* user = user_in_several_files(command);
    if (user != nullptr && result.error && may_be_half_done(*result.error)) {
        look_for_remains(*user, present, result);
    }
    return result;
}

/// PVE takes the whole list of a user's groups. It is read again, and only what the plan adds and
/// removes is added and removed: what somebody else gave or took since stays so.
Result<plan::UpdateUser>
Performer::with_present_groups(const plan::UpdateUser& command, const State& expected) {
    if (!command.fields.groups || command.fields.append_groups) {
        return command;
    }
    const live::UserList list = TRY(live::fetch_users(tools_.transport));
    const auto present = list.groups.find(command.id);
    plan::UpdateUser update = command;
    update.fields.groups = merged(
        groups_of(command.id, expected),
        *command.fields.groups,
        present == list.groups.end() ? std::set<GroupId>() : present->second
    );
    return update;
}

/// As with groups. What differs from the document then, the next plan shows.
Result<plan::SetRolePrivileges>
Performer::with_present_privileges(const plan::SetRolePrivileges& command, const State& expected) {
    if (command.append) {
        return command;
    }
    const std::map<RoleId, Role> roles = TRY(live::fetch_roles(tools_.transport));
    plan::SetRolePrivileges update = command;
    if (const auto present = roles.find(command.id); present != roles.end()) {
        update.privileges = merged(
            expected.roles.at(command.id).privileges, command.privileges, present->second.privileges
        );
    }
    return update;
}

/// After an error from within: whether a part of it was done before.
void Performer::look_for_remains(const UserId& user, const State& present, StepResult& result) {
    const auto list = live::fetch_users(tools_.transport);
    if (!list) {
        result.wrote = true;
        result.error->notes.push_back("what of it was done could not be read");
        return;
    }
    const auto tokens_in = [&](const std::map<TokenId, Token>& tokens) {
        return std::ranges::count_if(tokens, [&](const auto& one) {
            return one.first.user == user;
        });
    };
    const auto then = present.users.find(user);
    const auto now = list->users.find(user);
    const bool was_there = then != present.users.end();
    const bool is_there = now != list->users.end();
    if (was_there == is_there && (!is_there || then->second == now->second) &&
        tokens_in(present.tokens) == tokens_in(list->tokens)) {
        return;
    }
    result.wrote = true;
    result.error->notes.push_back(
        is_there ? fmt::format("a part of it was done: user `{}` is there", user.text)
                 : fmt::format("a part of it was done: user `{}` is gone", user.text)
    );
}

/// Where the answer is lost, the request may have been executed: what is there then decides. Even
/// what is not there at once may come to be later, so that the next answer may be that it exists.
StepResult Performer::request(const plan::Command& command) {
    std::optional<Error> lost;
    for (int attempt = 0; attempt < lost_answer_attempts; ++attempt) {
        auto sent = with_lock_retries(tools_, [&] { return send(command); });
        if (sent) {
            return done();
        }
        const bool is_lost = answer_was_lost(sent.error());
        if (!is_lost && !lost) {
            return refused(std::move(sent).error());
        }
        const auto view = live::fetch(tools_.transport, tools_.identity);
        if (!view) {
            return unknown(std::move(sent).error());
        }
        if (has_taken_effect(command, view->state)) {
            return done();
        }
        if (!is_lost) {
            return refused(std::move(sent).error());
        }
        lost = std::move(sent).error();
    }
    lost->notes.push_back("read again each time, the cluster was as before");
    return refused(std::move(*lost));
}

Result<void> Performer::send(const plan::Command& command) {
    live::Transport& pve = tools_.transport;
    return std::visit(
        [&](const auto& one) -> Result<void> {
            using T = std::decay_t<decltype(one)>;
            if constexpr (std::is_same_v<T, plan::CreateRole>) {
                return live::create_role(pve, one.id, one.privileges);
            } else if constexpr (std::is_same_v<T, plan::SetRolePrivileges>) {
                return live::set_role_privileges(pve, one.id, one.privileges, one.append);
            } else if constexpr (std::is_same_v<T, plan::CreateGroup>) {
                return live::create_group(pve, one.id, one.comment);
            } else if constexpr (std::is_same_v<T, plan::SetGroupComment>) {
                return live::set_group_comment(pve, one.id, one.comment);
            } else if constexpr (std::is_same_v<T, plan::CreateUser>) {
                const auto password = tools_.initial_passwords.find(one.id);
                const bool known = password != tools_.initial_passwords.end();
                return live::create_user(
                    pve, one.id, one.fields, known ? &password->second : nullptr
                );
            } else if constexpr (std::is_same_v<T, plan::UpdateUser>) {
                return live::update_user(pve, one.id, one.fields);
            } else if constexpr (std::is_same_v<T, plan::IssueToken>) {
                return std::unexpected(Error{
                    .message = "a token is issued in more than one request"});
            } else if constexpr (std::is_same_v<T, plan::UpdateToken>) {
                return live::update_token(pve, one.id, one.fields);
            } else if constexpr (std::is_same_v<T, plan::DestroyToken>) {
                return live::delete_token(pve, one.id);
            } else if constexpr (std::is_same_v<T, plan::DestroyUser>) {
                return live::delete_user(pve, one.id);
            } else if constexpr (std::is_same_v<T, plan::DestroyGroup>) {
                return live::delete_group(pve, one.id);
            } else if constexpr (std::is_same_v<T, plan::DestroyRole>) {
                return live::delete_role(pve, one.id);
            } else {
                static_assert(std::is_same_v<T, plan::ChangeAcl>);
                return live::change_acl(pve, one.edit);
            }
        },
        command
    );
}

} // namespace pveform::apply
