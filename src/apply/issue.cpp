// How a token comes to a secret. Whatever breaks on the way, the token works as before, or it is
// dead and the next plan gives it another secret.

#include <algorithm>
#include <cassert>
#include <iterator>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "apply/answer.hpp"
#include "apply/perform.hpp"
#include "live/read.hpp"
#include "live/write.hpp"
#include "model/edit.hpp"
#include "model/grace.hpp"

namespace pveform::apply {

namespace {

TokenEdit only_expiry(Expiry expire) {
    TokenEdit edit;
    edit.expire = expire;
    return edit;
}

/// How the token is now, where it differs from what was planned with.
std::string what_changed(const Token& planned, const Token& now) {
    if (now.expire != planned.expire) {
        return fmt::format(
            "its expiry is {}, and was {}", now.expire.text(), planned.expire.text()
        );
    }
    return now.comment != planned.comment ? "its comment is another one"
                                          : "its privilege separation is another one";
}

/// What a token holds itself.
std::map<AclKey, AclGrant> rows_of(const TokenId& id, const std::map<AclKey, AclGrant>& acl) {
    const Principal token = Principal::of(id);
    std::map<AclKey, AclGrant> rows;
    std::ranges::copy_if(acl, std::inserter(rows, rows.end()), [&](const auto& row) {
        return row.first.principal == token;
    });
    return rows;
}

/// `how`: `changed …: its comment is another one`, `destroyed …`.
Error changed_meanwhile(const TokenId& id, const std::string& how) {
    return Error{
        .kind = ErrorKind::blocked,
        .message = fmt::format("token `{}` was {}", id.text(), how),
        .help = "it was left as it is; run pveform again, which plans anew",
    };
}

Error changed_meanwhile(const TokenId& id, const Token& planned, const std::optional<Token>& now) {
    return changed_meanwhile(
        id,
        now ? "changed by somebody else since the plan was made: " + what_changed(planned, *now)
            : "destroyed by somebody else since the plan was made"
    );
}

} // namespace

/// A token on its way to a secret.
struct Performer::Issuance {
    const plan::IssueToken& command;
    bool in_place;
    std::optional<Expiry> former = {};        // its expiry, where this run marked it as dead
    Expiry meanwhile = Expiry::unconfirmed(); // until its secret is stored
    bool old_secret_may_be_gone = false;
    bool token_is_gone = false; // deleted, and not there again
    StepResult result = {};
};

/// 1. The token exists, and is dead. 2. Its secret is stored durably. 3. It comes to life. Whatever
/// breaks in between, the next plan finds a dead token with PVE's own mark on it and re-issues it.
StepResult Performer::issue(const plan::IssueToken& command, const State& present) {
    Issuance issuance{.command = command, .in_place = present.release.can_regenerate_tokens()};
    issuance.result.outcome = Outcome::failed;
    if (command.exists) {
        if (StepResult begun = begin_renewal(issuance, present); begun.error) {
            return begun;
        }
    }
    auto secret = obtain_secret(issuance);
    if (!secret) {
        issuance.result.error = std::move(secret).error();
        clear_up(issuance);
        return std::move(issuance.result);
    }
    issuance.result.wrote = true;
    if (is_own(command.id)) {
        tools_.transport.replace_secret(*secret);
    }
    if (auto stored = store(command, *secret); !stored) {
        issuance.result.secret_not_stored = true;
        issuance.result.error = std::move(stored).error();
        return std::move(issuance.result);
    }
    StepResult last =
        command.exists && !issuance.in_place ? restore_rows(command.id, present) : done();
    if (last.outcome == Outcome::done) {
        last = request(plan::UpdateToken{command.id, only_expiry(command.token.expire)});
    }
    last.wrote = true;
    if (last.outcome == Outcome::done) {
        new_secrets_.push_back({command.id, std::move(*secret)});
    } else {
        warn_of_stored_secret(issuance, last);
    }
    return last;
}

/// That it is stored sounds as if it could be used.
void Performer::warn_of_stored_secret(const Issuance& issuance, StepResult& last) {
    const plan::IssueToken& command = issuance.command;
    if (!is_own(command.id)) {
        last.error->notes.push_back(fmt::format(
            "the secret of `{}` is stored, and the token {} dead; the next apply gives it another",
            command.id.text(),
            last.outcome == Outcome::unknown ? "may be" : "is"
        ));
        return;
    }
    receipt_.own_secret_ends = issuance.meanwhile;
    last.error->notes.push_back(fmt::format(
        "`{}` is what pveform runs with: its old secret works no more, and the new one, which is "
        "stored, until {} only",
        command.id.text(),
        issuance.meanwhile.text()
    ));
    last.error->help = fmt::format(
        "run pveform with the new secret until then, or `pveform rotate {}` as another identity",
        command.declared.text()
    );
}

/// Where somebody else renewed it since, their secret may be in use already. And it is marked as
/// dead before its secret goes: PVE changes secret and expiry one after the other, and if it breaks
/// between the two, nothing else tells that nobody has the secret.
StepResult Performer::begin_renewal(Issuance& issuance, const State& present) {
    const TokenId& id = issuance.command.id;
    const Token& planned = present.tokens.at(id);
    auto token = live::fetch_token(tools_.transport, id);
    if (!token) {
        return refused(std::move(token).error());
    }
    if (!*token || **token != planned) {
        return refused(changed_meanwhile(id, planned, *token));
    }
    if (auto same = issuance.in_place ? Result<void>() : check_rows(id, present); !same) {
        return refused(std::move(same).error());
    }
    if (is_own(id) || planned.expire == Expiry::unconfirmed()) {
        return done();
    }
    StepResult marked = request(plan::UpdateToken{id, only_expiry(Expiry::unconfirmed())});
    if (!marked.error) {
        issuance.former = planned.expire;
        issuance.result.wrote = true;
    } else if (may_be_half_done(*marked.error)) {
        const auto then = live::fetch_token(tools_.transport, id);
        marked.wrote = !then || *then != *token;
    }
    return marked;
}

/// Its entries go with it when it is deleted, and those of the plan come back.
Result<void> Performer::check_rows(const TokenId& id, const State& present) {
    const auto acl = TRY(live::fetch_acl(tools_.transport));
    if (rows_of(id, acl) != rows_of(id, present.acl)) {
        return std::unexpected(changed_meanwhile(
            id, "given other ACL entries by somebody else since the plan was made"
        ));
    }
    return {};
}

/// The expiry tells who is renewing a token at this moment: a new one must not bring to life what
/// somebody else marked as dead since the plan was made.
StepResult Performer::update_expiry(const plan::UpdateToken& command, const State& present) {
    const auto token = live::fetch_token(tools_.transport, command.id);
    if (!token) {
        return refused(token.error());
    }
    const Token& planned = present.tokens.at(command.id);
    if (!*token || (*token)->expire != planned.expire) {
        return refused(changed_meanwhile(command.id, planned, *token));
    }
    return request(command);
}

UnixSeconds Performer::now_at_pve() const {
    return tools_.clock.now() + tools_.pve_is_ahead_s;
}

/// The token as it is created: dead, until its secret is stored.
TokenEdit Performer::born_dead(const plan::IssueToken& command, bool exists) const {
    TokenEdit edit =
        only_expiry(is_own(command.id) ? grace_from(now_at_pve()) : Expiry::unconfirmed());
    edit.privilege_separation = command.token.privilege_separation;
    if (exists || !command.token.comment.empty()) {
        edit.comment = command.token.comment;
    }
    return edit;
}

/// Where the answer is lost, the secret is gone with it. If the token is there, it is dead and gets
/// another one.
Result<Secret> Performer::obtain_secret(Issuance& issuance) {
    const plan::IssueToken& command = issuance.command;
    StepResult& result = issuance.result;
    bool exists = command.exists;
    bool lost = false;
    for (int attempt = 1; true; ++attempt) {
        auto secret = make_secret(issuance, exists);
        if (secret) {
            return secret;
        }
        lost = lost || answer_was_lost(secret.error());
        if (!lost && !may_be_half_done(secret.error())) {
            return secret;
        }
        issuance.old_secret_may_be_gone = true;
        const auto token = live::fetch_token(tools_.transport, command.id);
        if (!token) {
            result.outcome = Outcome::unknown;
            result.wrote = true;
            return secret;
        }
        exists = token->has_value();
        issuance.token_is_gone = command.exists && !exists;
        const bool is_dead = exists && (*token)->expire == Expiry::unconfirmed();
        result.wrote = result.wrote || is_dead || issuance.token_is_gone;
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
Result<Secret> Performer::make_secret(Issuance& issuance, bool exists) {
    const plan::IssueToken& command = issuance.command;
    if (exists && !issuance.in_place) {
        auto gone = with_lock_retries(tools_, [&] {
            return live::delete_token(tools_.transport, command.id);
        });
        if (!gone) {
            return std::unexpected(std::move(gone).error());
        }
        issuance.old_secret_may_be_gone = true;
        issuance.token_is_gone = true;
        issuance.result.wrote = true;
        exists = false;
    }
    const TokenEdit edit = born_dead(command, exists);
    issuance.meanwhile = *edit.expire;
    return with_lock_retries(tools_, [&] {
        return exists ? live::regenerate_token(tools_.transport, command.id, edit)
                      : live::create_token(tools_.transport, command.id, edit);
    });
}

/// After no secret was to be had: the token gets its former expiry back if it certainly has its
/// former secret, and stays as dead as it is marked if not.
void Performer::clear_up(Issuance& issuance) {
    const plan::IssueToken& command = issuance.command;
    StepResult& result = issuance.result;
    if (is_own(command.id) && command.exists && issuance.old_secret_may_be_gone) {
        result.wrote = true;
        result.error->help = fmt::format(
            "if it works no more, run `pveform rotate {}` as another identity",
            command.declared.text()
        );
        result.error->notes.push_back(fmt::format(
            "the secret of `{}`, which pveform runs with, may have been replaced by one that "
            "nobody has",
            command.id.text()
        ));
        return;
    }
    if (!issuance.former) {
        return;
    }
    const plan::UpdateToken back{command.id, only_expiry(*issuance.former)};
    const bool works_again =
        !issuance.old_secret_may_be_gone && request(back).outcome == Outcome::done;
    result.error->notes.push_back(fmt::format(
        "token `{}` {}",
        command.id.text(),
        works_again              ? "has its old expiry back, and its old secret works"
        : issuance.token_is_gone ? "is gone; the next apply makes it anew"
                                 : "is dead; the next apply gives it a new secret"
    ));
}

Result<void> Performer::store(const plan::IssueToken& command, const Secret& secret) {
    assert(tools_.sink != nullptr);
    const secrets::IssuedSecret issued{
        .name = command.declared.text(),
        .id = command.id,
        .secret = secret.clone(),
        .issued = now_at_pve(),
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
            ? fmt::format(
                  "`{}` is what pveform runs with: its old secret works no more, and the new one "
                  "for "
                  "75 minutes at most",
                  command.id.text()
              )
            : fmt::format(
                  "token `{}` exists and is dead; the next apply gives it a new secret",
                  command.id.text()
              )
    );
    if (is_own(command.id)) {
        error.help = fmt::format(
            "run pveform with the new secret until then, or `pveform rotate {}` as another "
            "identity",
            command.declared.text()
        );
    }
    if (const auto file = secrets::spool(tools_.files, tools_.spool_folder, issued)) {
        receipt_.spooled.push_back({command.id, *file, is_own(command.id)});
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
    for (const auto& [key, grant] : rows_of(id, present.acl)) {
        rows[{key.path, grant.propagate}].insert(key.role);
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
