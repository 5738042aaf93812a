// Declared tokens: their fields, who stands for them, and which of them get a new secret.

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "desired/turns.hpp"
#include "plan/overlay.hpp"

namespace pveform::plan {

namespace {

Rule overlap_rule(const desired::Token& wanted) {
    return {"its successor's `overlap`", wanted.span};
}

/// Those in which a token differs from a new one; `its comment is`, `its … and … are`, or empty.
std::string undeclared_fields(const Token& live, const desired::Token& wanted) {
    const bool comment = !live.comment.empty() && !wanted.comment;
    const bool separation = !live.privilege_separation && !wanted.privilege_separation;
    if (comment && separation) {
        return "its comment and its privilege separation are";
    }
    if (comment) {
        return "its comment is";
    }
    return separation ? "its privilege separation is" : "";
}

/// What to write instead of a glob that no declared token matches.
std::string help_for_rotation(
    const std::string& pattern,
    const std::vector<std::string>& tokens,
    const desired::Document& document
) {
    const bool is_user = std::ranges::any_of(document.users, [&](const auto& declared) {
        return Glob{pattern}.matches(declared.first.text);
    });
    if (is_user) {
        return fmt::format(
            "that is a user; a token is `USER@REALM!NAME`, and all of this user's are `'{}!*'`",
            printable(pattern)
        );
    }
    const auto match = closest_match(pattern, tokens);
    return match ? fmt::format("did you mean `{}`?", *match)
                 : "declare it first; what nobody declares is left alone";
}

} // namespace

/// Whoever asks for a rotation names tokens of the document.
void Overlay::check_rotation() {
    std::vector<std::string> names;
    for (const TokenId& id : desired::declared_tokens(document_)) {
        names.push_back(id.text());
    }
    for (const Glob& glob : rotation_.tokens) {
        const auto matches = [&](const std::string& name) { return glob.matches(name); };
        if (std::ranges::none_of(names, matches)) {
            errors_.push_back(Error{
                .kind = ErrorKind::usage,
                .message = fmt::format(
                    "the document declares no token `{}`: there is nothing to rotate",
                    printable(glob.pattern)
                ),
                .help = help_for_rotation(glob.pattern, names, document_),
            });
        }
    }
}

/// Nothing else: what the document says of other objects, and of other fields, waits.
void Overlay::rotate_tokens() {
    desired::for_each_token(document_, [this](const TokenId& id, const desired::Token& wanted) {
        if (live_.users.contains(id.user) && rotation_.urgency != Urgency::never &&
            rotation_.speaks_of(id)) {
            rotate_token(id, wanted);
        }
    });
}

void Overlay::rotate_token(const TokenId& declared, const desired::Token& wanted) {
    const auto holders = desired::possible_holders(declared, wanted);
    const bool is_there =
        std::ranges::any_of(holders, [&](const TokenId& id) { return live_.tokens.contains(id); });
    // Where PVE renews by deleting and creating, a run that was killed leaves nothing in between.
    if (!is_there && live_.release.can_regenerate_tokens()) {
        target_.notices.push_back(Notice{
            fmt::format(
                "token `{}` is declared and not there: `pveform apply` issues it", declared.text()
            ),
            wanted.span,
        });
        return;
    }
    const Succession succession = succession_of(declared, wanted, live_, now_, rotation_);
    report(declared, succession, wanted.span);
    for (const Holder& holder : succession.holders) {
        if (!holder.is_issued) {
            continue;
        }
        if (const auto& predecessor = holder.predecessor) {
            target_.origins[predecessor->id] = overlap_rule(wanted);
            target_.state.tokens.at(predecessor->id).expire = predecessor->until;
        }
        target_.origins[holder.id] = {{}, wanted.span};
        // What a run left that broke off has its fields and its ACL still to come.
        if (!live_.tokens.contains(holder.id) || holder.is_repair()) {
            lay_over(holder.id, wanted);
            if (wanted.acl) {
                declare_acl_of(Principal::of(holder.id), *wanted.acl, wanted.span);
            }
        }
        issue(declared, wanted, holder);
    }
    if (succession.current && !succession.issues_secret()) {
        complete_turn(succession.current->holder, holders, wanted);
    }
}

/// A run that broke off after a successor got its secret may not have given it all that its
/// predecessor holds: declared entries only, as nothing else is rotated.
void Overlay::complete_turn(
    const TokenId& current, const std::vector<TokenId>& holders, const desired::Token& wanted
) {
    for (const desired::AclRow& row : wanted.acl.value_or(desired::AclList())) {
        const AclKey key{row.path, Principal::of(current), row.role};
        const bool was_held = std::ranges::any_of(holders, [&](const TokenId& id) {
            return live_.acl.contains({row.path, Principal::of(id), row.role});
        });
        if (was_held && !live_.acl.contains(key)) {
            target_.origins[key] = {{}, row.span};
            target_.state.acl[key] = AclGrant{row.propagate};
            check_row(key, row);
        }
    }
}

void Overlay::declare_tokens_of(const UserId& user, const desired::User& declared) {
    std::set<TokenId> names;
    for (const auto& [name, wanted] : *declared.tokens) {
        std::ranges::copy(
            desired::possible_holders(TokenId{user, name}, wanted),
            std::inserter(names, names.end())
        );
    }
    for (auto it = live_.tokens.lower_bound(TokenId{user, {}});
         it != live_.tokens.end() && it->first.user == user;
         ++it) {
        const TokenId& id = it->first;
        if (!names.contains(id) && ownership_.may_change(id)) {
            const auto absent = document_.absent.tokens.find(id);
            remove_token(
                id,
                absent != document_.absent.tokens.end()
                    ? Rule{"absent", absent->second}
                    : Rule{"not in its user's `tokens`", declared.span}
            );
        }
    }
    for (const auto& [name, wanted] : *declared.tokens) {
        declare_token(TokenId{user, name}, wanted);
    }
}

void Overlay::declare_token(const TokenId& declared, const desired::Token& wanted) {
    const Succession succession = succession_of(declared, wanted, live_, now_, rotation_);
    report(declared, succession, wanted.span);
    if (succession.retired) {
        remove_token(*succession.retired, Rule{"dead, and two names take turns", wanted.span});
    }
    for (const Holder& holder : succession.holders) {
        target_.origins[holder.id] = {{}, wanted.span};
        lay_over(holder.id, wanted);
        target_.state.tokens.at(holder.id).expire = holder.expire;
        if (holder.is_issued) {
            issue(declared, wanted, holder);
        } else {
            check_comment(holder.id, wanted);
        }
    }
    for (const Holder& holder : succession.holders) {
        if (holder.predecessor) {
            target_.origins[holder.predecessor->id] = overlap_rule(wanted);
        }
    }
}

/// PVE would answer that all is well, and the comment would stay.
void Overlay::check_comment(const TokenId& id, const desired::Token& wanted) {
    const bool clears = wanted.comment && wanted.comment->value.empty();
    const auto live = live_.tokens.find(id);
    if (!clears || live_.release.can_clear_token_comments() || live == live_.tokens.end() ||
        live->second.comment.empty()) {
        return;
    }
    refuse(
        fmt::format(
            "PVE {} cannot clear the comment of token `{}`", live_.release.text(), id.text()
        ),
        wanted.comment->span,
        "write another comment, or leave `comment` out to keep the one that is there"
    );
}

void Overlay::declare_tokens() {
    for (const auto& [id, declared] : document_.users) {
        if (declared.tokens) {
            declare_tokens_of(id, declared);
        }
    }
    for (const auto& [id, live] : live_.tokens) {
        const auto owner = document_.users.find(id.user);
        const bool has_list = owner != document_.users.end() && owner->second.tokens;
        if (has_list || !target_.state.users.contains(id.user)) {
            continue;
        }
        if (const auto rule = ownership_.removal_of(id)) {
            remove_token(id, *rule);
        }
    }
}

void Overlay::issue(const TokenId& declared, const desired::Token& wanted, const Holder& holder) {
    target_.state.tokens[holder.id].expire = holder.expire;
    target_.issues[holder.id] = Issue{declared, holder.reason, holder.predecessor};
    if (const auto live = live_.tokens.find(holder.id); live != live_.tokens.end()) {
        check_renewal({declared, holder, live->second, wanted});
    }
}

void Overlay::lay_over(const TokenId& id, const desired::Token& wanted) {
    Token& token = target_.state.tokens[id];
    overlay(token.comment, wanted.comment);
    overlay(token.privilege_separation, wanted.privilege_separation);
}

void Overlay::report_current(const Succession& succession, const Span& span) {
    CurrentToken current = *succession.current;
    current.span = span;
    if (current.is_due && !succession.issues_secret() && succession.obstacle.empty()) {
        target_.notices.push_back(Notice{
            fmt::format(
                "token `{}` is due for a new secret (`pveform rotate --due`): it {} {}",
                current.declared.text(),
                current.expire.is_over(now_) ? "expired" : "expires",
                current.expire.text()
            ),
            span,
            {current.declared, current.holder},
        });
    }
    target_.current_tokens.push_back(std::move(current));
}

void Overlay::report(const TokenId& declared, const Succession& succession, const Span& span) {
    if (succession.current) {
        report_current(succession, span);
    }
    std::vector<ObjectKey> names = {declared};
    if (succession.current) {
        names.emplace_back(succession.current->holder);
    }
    if (!succession.caution.empty()) {
        target_.notices.push_back(Notice{succession.caution, span, names});
    }
    if (succession.obstacle.empty()) {
        return;
    }
    if (rotation_.urgency == Urgency::now) {
        target_.blocks.push_back(Block{
            .guard = "rotation",
            .message = succession.obstacle,
            .span = span,
            .help = "wait until then; to make an old secret useless at once, destroy its token",
            .object = std::move(names),
        });
    } else {
        target_.notices.push_back(Notice{succession.obstacle, span, std::move(names)});
    }
}

/// Whether a run that finds the token gone gives it this entry again, or would only take it away.
bool Overlay::is_restored(const AclKey& key, const desired::Token& wanted) const {
    if (!wanted.acl) {
        return false;
    }
    const bool is_declared = std::ranges::any_of(*wanted.acl, [&](const desired::AclRow& row) {
        return row.path == key.path && row.role == key.role;
    });
    return is_declared || (!rotation_.nothing_else && ownership_.may_change(key));
}

/// While a secret is renewed, its token's expiry is a mark; a PVE that cannot renew it in place
/// deletes the token with all that it has. What is restored at the end is lost where a run is
/// killed before, unless it is declared.
void Overlay::check_renewal(const Renewal& renewal) {
    const auto& [declared, holder, live, wanted] = renewal;
    if (is_doubtful_mark(live.expire, wanted, now_)) {
        block(
            renewal,
            fmt::format(
                "whether `{}` simply expired, or its secret was never stored, cannot be told from "
                "its expiry ({}), and the document declares none",
                holder.id.text(),
                live.expire.text()
            ),
            fmt::format(
                "write `expire: {}` to leave it as it is; or another `expire`, or a `lifetime`, "
                "to give it a new secret",
                live.expire.text()
            )
        );
    }
    if (!holder.is_repair() && !live.expire.is_never() && !wanted.expire && !wanted.lifetime) {
        block(
            renewal,
            fmt::format(
                "the expiry of `{}` is not declared, and an interruption of its renewal would lose "
                "it",
                holder.id.text()
            ),
            fmt::format("write `expire: {}`, or a `lifetime`, in the document", live.expire.text())
        );
    }
    if (!live_.release.can_regenerate_tokens()) {
        check_making_anew(
            renewal,
            fmt::format(
                "PVE {} renews the secret of `{}` only by deleting and creating the token, and",
                live_.release.text(),
                holder.id.text()
            )
        );
    }
}

void Overlay::check_making_anew(const Renewal& renewal, std::string_view how) {
    const desired::Token& wanted = renewal.wanted;
    if (const std::string fields = undeclared_fields(renewal.live, wanted); !fields.empty()) {
        block(
            renewal,
            fmt::format("{} {} not declared; an interruption would lose it", how, fields),
            "write it in the document (`pveform export` shows it)"
        );
    }
    std::vector<std::string> undeclared;
    const AclKey* unaddable = nullptr;
    for (const AclKey& key : live_rows_[Principal::of(renewal.holder.id)]) {
        if (!is_restored(key, wanted)) {
            undeclared.push_back(fmt::format("`{}` at `{}`", key.role.text, key.path.text));
        }
        if (unaddable == nullptr && !key.path.is_addable(live_.release)) {
            unaddable = &key;
        }
    }
    if (!undeclared.empty()) {
        block(
            renewal,
            fmt::format(
                "{} these of its ACL entries are not declared: {}; an interruption would lose them",
                how,
                join(undeclared, ", ")
            ),
            wanted.acl ? "declare them in the token's `acl`, within the document's `scope`; or "
                         "remove them, and add them again afterwards"
                       : "write the token's `acl` in the document (`pveform export` shows it)"
        );
    }
    if (unaddable != nullptr) {
        block(
            renewal,
            fmt::format("{} would not take back its ACL entry at `{}`", how, unaddable->path.text),
            fmt::format(
                "remove the entry from the document, and from the cluster: `pveum acl delete {} "
                "--tokens '{}' --roles {}`",
                unaddable->path.text,
                renewal.holder.id.text(),
                unaddable->role.text
            )
        );
    }
}

void Overlay::block(const Renewal& renewal, std::string message, std::string help) {
    target_.blocks.push_back(Block{
        .guard = "rotation",
        .message = std::move(message),
        .span = renewal.wanted.span,
        .help = std::move(help),
        .object = {renewal.declared, renewal.holder.id},
    });
}

} // namespace pveform::plan
