#include "apply/perform.hpp"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <iterator>
#include <map>
#include <optional>
#include <type_traits>

#include <fmt/format.h>

#include "live/read.hpp"
#include "live/response.hpp"
#include "live/write.hpp"
#include "model/edit.hpp"

namespace pveform::apply {

namespace {

/// PVE itself waits 10 s for its lock before it gives up; nothing was changed then.
constexpr int lock_attempts = 4;
constexpr std::chrono::milliseconds first_lock_pause{500};

/// How long the token that we ourselves run with lives between its new secret and its storing. It
/// cannot be dead meanwhile as others are, or nobody could bring it to life.
constexpr UnixSeconds own_secret_grace_s = 15 * 60;

/// How often a request is sent whose answers are lost and which, each time, turns out not to have
/// been executed.
constexpr int lost_answer_attempts = 3;

/// Sends a request that changes nothing where it fails on PVE's lock, until it gets through.
template<class Request>
auto with_lock_retries(Tools& tools, Request request) {
    auto result = request();
    auto pause = first_lock_pause;
    for (int attempt = 1; attempt < lock_attempts; ++attempt) {
        if (result || !live::is_lock_timeout(result.error()) || tools.interrupted()) {
            break;
        }
        tools.clock.sleep_for(pause);
        pause *= 2;
        result = request();
    }
    return result;
}

/// Whether the cluster already is as the command would leave it.
bool has_taken_effect(const plan::Command& command, const State& state) {
    State afterwards = state;
    carry_out(command, afterwards);
    return afterwards == state;
}

bool answer_was_lost(const Error& error) {
    return error.kind == ErrorKind::connection;
}

/// PVE checks first and then writes, more than one file for users and for tokens: an error that is
/// no refusal may come from between two of them.
bool may_be_half_done(const Error& error) {
    return error.kind == ErrorKind::api && error.status >= 500 && !live::is_lock_timeout(error);
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

StepResult done() {
    StepResult result;
    result.outcome = Outcome::done;
    result.wrote = true;
    return result;
}

/// The cluster said no, or was not there: nothing was changed.
StepResult refused(Error error) {
    StepResult result;
    result.outcome = Outcome::failed;
    result.error = std::move(error);
    return result;
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

/// 1. The token exists, and is dead. 2. Its secret is stored durably. 3. It comes to life. Whatever
/// breaks in between, the next plan finds a dead token with PVE's own mark on it and re-issues it.
StepResult Performer::issue(const plan::IssueToken& command, const State& present) {
    const bool in_place = present.release.can_regenerate_tokens();
    StepResult result;
    result.outcome = Outcome::failed;
    auto secret = obtain_secret(command, in_place, result);
    if (!secret) {
        result.error = std::move(secret).error();
        return result;
    }
    result.wrote = true;
    if (is_own(command.id)) {
        tools_.transport.replace_secret(*secret);
    }
    if (auto stored = store(command, *secret); !stored) {
        result.error = std::move(stored).error();
        return result;
    }
    StepResult last = command.exists && !in_place ? restore_rows(command.id, present) : done();
    if (last.outcome == Outcome::done) {
        TokenEdit alive;
        alive.expire = command.token.expire;
        last = request(plan::UpdateToken{command.id, alive});
    }
    last.wrote = true;
    if (last.outcome == Outcome::done) {
        new_secrets_.push_back({command.id, std::move(*secret)});
    }
    return last;
}

/// The token as it is created: dead, until its secret is stored.
TokenEdit Performer::born_dead(const plan::IssueToken& command, bool exists) const {
    TokenEdit edit;
    edit.expire = is_own(command.id) ? Expiry{tools_.clock.now() + own_secret_grace_s}
                                     : Expiry::unconfirmed();
    edit.privilege_separation = command.token.privilege_separation;
    if (exists || !command.token.comment.empty()) {
        edit.comment = command.token.comment;
    }
    return edit;
}

/// Where the answer is lost, the secret is gone with it. If the token is there, it is dead and gets
/// another one.
Result<Secret>
Performer::obtain_secret(const plan::IssueToken& command, bool in_place, StepResult& result) {
    bool exists = command.exists;
    bool lost = false;
    for (int attempt = 1; true; ++attempt) {
        auto secret = make_secret(command, exists, in_place, result);
        lost = lost || (!secret && answer_was_lost(secret.error()));
        if (secret || (!lost && !may_be_half_done(secret.error()))) {
            return secret;
        }
        const auto token = live::fetch_token(tools_.transport, command.id);
        if (!token) {
            result.outcome = Outcome::unknown;
            result.wrote = true;
            return secret;
        }
        exists = token->has_value();
        const bool is_dead = exists && (*token)->expire == Expiry::unconfirmed();
        result.wrote = result.wrote || is_dead;
        if (!lost) {
            return secret;
        }
        if (exists && !is_dead && !command.exists) {
            secret.error().notes.push_back(
                "the token is there, alive, and was not made by this run; it is left as it is"
            );
            return secret;
        }
        if (attempt == lost_answer_attempts) {
            return secret;
        }
    }
}

/// Where PVE cannot renew a secret in place, the token is made anew.
Result<Secret> Performer::make_secret(
    const plan::IssueToken& command, bool exists, bool in_place, StepResult& result
) {
    if (exists && !in_place) {
        StepResult gone = request(plan::DestroyToken{command.id});
        result.wrote = result.wrote || gone.wrote;
        if (gone.error) {
            return std::unexpected(std::move(*gone.error));
        }
        exists = false;
    }
    const TokenEdit edit = born_dead(command, exists);
    return with_lock_retries(tools_, [&] {
        return exists ? live::regenerate_token(tools_.transport, command.id, edit)
                      : live::create_token(tools_.transport, command.id, edit);
    });
}

Result<void> Performer::store(const plan::IssueToken& command, const Secret& secret) {
    assert(tools_.sink != nullptr);
    const secrets::IssuedSecret issued{
        .name = command.declared.text(),
        .id = command.id,
        .secret = secret.clone(),
        .issued = tools_.clock.now(),
        .expires = command.token.expire,
        .cluster = tools_.cluster,
    };
    auto stored = tools_.sink->store(issued);
    if (stored) {
        receipt_.stored.push_back(command.declared);
        return {};
    }
    Error error = std::move(stored).error();
    error.notes.push_back(
        is_own(command.id)
            ? fmt::format("token `{}` dies in a few minutes", command.id.text())
            : fmt::format(
                  "token `{}` exists and is dead; the next apply gives it a new secret",
                  command.id.text()
              )
    );
    if (const auto file = secrets::spool(tools_.files, tools_.spool_folder, issued)) {
        receipt_.spooled.push_back({command.id, *file});
        error.notes.push_back(fmt::format("its secret was kept in `{}`", file->string()));
    } else {
        error.notes.push_back(
            fmt::format("its secret could not be kept elsewhere: {}", file.error().message)
        );
    }
    return std::unexpected(std::move(error));
}

/// The ACL rows that went with the token when it was made anew.
StepResult Performer::restore_rows(const TokenId& id, const State& present) {
    const Principal token = Principal::of(id);
    std::map<std::pair<AclPath, bool>, std::set<RoleId>> rows;
    for (const auto& [key, grant] : present.acl) {
        if (key.principal == token) {
            rows[{key.path, grant.propagate}].insert(key.role);
        }
    }
    for (const auto& [place, roles] : rows) {
        const auto& [path, propagate] = place;
        StepResult restored = request(plan::ChangeAcl{{path, {token}, roles, propagate, false}});
        if (restored.outcome != Outcome::done) {
            return restored;
        }
    }
    return done();
}

} // namespace pveform::apply
