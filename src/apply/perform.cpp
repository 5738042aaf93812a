#include "apply/perform.hpp"

#include <chrono>
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

/// Sends a request that changes nothing where it fails on PVE's lock, until it gets through.
template<class Request>
auto with_lock_retries(Clock& clock, Request request) {
    auto result = request();
    auto pause = first_lock_pause;
    for (int attempt = 1; attempt < lock_attempts; ++attempt) {
        if (result || !live::is_lock_timeout(result.error())) {
            break;
        }
        clock.sleep_for(pause);
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

/// The token as it is created: dead, until its secret is stored.
TokenEdit born_dead(const plan::IssueToken& command) {
    TokenEdit edit;
    edit.expire = Expiry::unconfirmed();
    edit.privilege_separation = command.token.privilege_separation;
    if (command.exists || !command.token.comment.empty()) {
        edit.comment = command.token.comment;
    }
    return edit;
}

} // namespace

StepResult Performer::perform(const plan::Command& command) {
    if (const auto* token = std::get_if<plan::IssueToken>(&command)) {
        return issue(*token);
    }
    StepResult first = perform_once(command);
    if (!first.error || !answer_was_lost(*first.error)) {
        return first;
    }
    // The request may have been executed: what is there now decides.
    const auto view = live::fetch(tools_.transport, tools_.identity);
    if (!view) {
        return unknown(std::move(*first.error));
    }
    if (has_taken_effect(command, view->state)) {
        return done();
    }
    StepResult second = perform_once(command);
    if (second.error && answer_was_lost(*second.error)) {
        return unknown(std::move(*second.error));
    }
    return second;
}

StepResult Performer::perform_once(const plan::Command& command) {
    auto sent = with_lock_retries(tools_.clock, [&] { return send(command); });
    return sent ? done() : refused(std::move(sent).error());
}

Result<void> Performer::send(const plan::Command& command) {
    live::Transport& pve = tools_.transport;
    return std::visit(
        [&](const auto& one) -> Result<void> {
            using T = std::decay_t<decltype(one)>;
            if constexpr (std::is_same_v<T, plan::CreateRole>) {
                return live::create_role(pve, one.id, one.privileges);
            } else if constexpr (std::is_same_v<T, plan::SetRolePrivileges>) {
                return live::set_role_privileges(pve, one.id, one.privileges);
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
StepResult Performer::issue(const plan::IssueToken& command) {
    StepResult result;
    result.outcome = Outcome::failed;
    auto secret = obtain_secret(command, result);
    if (!secret) {
        if (answer_was_lost(secret.error())) {
            return unknown(std::move(secret).error());
        }
        result.error = std::move(secret).error();
        return result;
    }
    result.wrote = true;
    if (auto stored = store(command, std::move(*secret)); !stored) {
        result.error = std::move(stored).error();
        return result;
    }
    if (auto alive = activate(command); !alive) {
        if (answer_was_lost(alive.error())) {
            result.outcome = Outcome::unknown;
        }
        result.error = std::move(alive).error();
        return result;
    }
    result.outcome = Outcome::done;
    return result;
}

Result<Secret> Performer::obtain_secret(const plan::IssueToken& command, StepResult& result) {
    const TokenEdit edit = born_dead(command);
    const auto request = [&](bool exists) {
        return with_lock_retries(tools_.clock, [&] {
            return exists ? live::regenerate_token(tools_.transport, command.id, edit)
                          : live::create_token(tools_.transport, command.id, edit);
        });
    };
    auto secret = request(command.exists);
    if (secret || !answer_was_lost(secret.error())) {
        return secret;
    }
    // The secret is gone with the answer. If the token is there, it is dead and gets another one.
    const auto token = live::fetch_token(tools_.transport, command.id);
    if (!token) {
        return secret;
    }
    const bool exists = token->has_value();
    if (exists && (*token)->expire != Expiry::unconfirmed()) {
        secret.error().notes.push_back(
            "the token is there and was not made by this run; it is left as it is"
        );
        return secret;
    }
    result.wrote = exists;
    return request(exists);
}

Result<void> Performer::store(const plan::IssueToken& command, Secret secret) {
    const secrets::IssuedSecret issued{
        .name = command.id.text(),
        .id = command.id,
        .secret = std::move(secret),
        .issued = tools_.clock.now(),
        .expires = command.token.expire,
        .cluster = tools_.cluster,
    };
    auto stored = tools_.sink->store(issued);
    if (stored) {
        receipt_.stored.push_back(command.id);
        return {};
    }
    Error error = std::move(stored).error();
    error.notes.push_back(fmt::format(
        "token `{}` exists and is dead; the next apply gives it a new secret", command.id.text()
    ));
    if (const auto file = secrets::spool(tools_.spool_folder, issued)) {
        receipt_.spooled.push_back({command.id, *file});
        error.notes.push_back(fmt::format("its secret was kept in `{}`", file->string()));
    }
    return std::unexpected(std::move(error));
}

Result<void> Performer::activate(const plan::IssueToken& command) {
    TokenEdit edit;
    edit.expire = command.token.expire;
    const auto request = [&] {
        return with_lock_retries(tools_.clock, [&] {
            return live::update_token(tools_.transport, command.id, edit);
        });
    };
    auto alive = request();
    if (alive || !answer_was_lost(alive.error())) {
        return alive;
    }
    const auto token = live::fetch_token(tools_.transport, command.id);
    if (!token || !token->has_value()) {
        return alive;
    }
    return (*token)->expire == command.token.expire ? Result<void>() : request();
}

} // namespace pveform::apply
