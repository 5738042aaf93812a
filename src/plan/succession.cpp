#include "plan/succession.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "desired/turns.hpp"
#include "model/grace.hpp"

namespace pveform::plan {

namespace {

class Decision {
public:
    Decision(
        const TokenId& declared,
        const desired::Token& wanted,
        const State& live,
        UnixSeconds now,
        const Rotation& rotation
    )
        : declared_(declared), wanted_(wanted), live_(live), now_(now), rotation_(rotation) {}

    Succession run() && {
        if (wanted_.overlap) {
            take_turns();
        } else {
            stand_for_itself();
        }
        return std::move(result_);
    }

private:
    void stand_for_itself() {
        const Token* live = live_token(declared_);
        if (live == nullptr || (was_never_stored(*live) && !is_as_declared(live->expire))) {
            result_.holders.push_back(
                {.id = declared_,
                 .expire = live == nullptr ? expiry_of_new() : expiry_of_repaired(live->expire),
                 .is_issued = true,
                 .reason = live != nullptr ? std::string(secret_never_stored) : std::string()}
            );
            return;
        }
        note_current(declared_, live->expire);
        const std::string reason = reason_to_rotate(live->expire);
        if (!reason.empty()) {
            const Expiry expire = wanted_.lifetime ? whole_life() : declared_or(live->expire);
            result_.holders.push_back(
                {.id = declared_, .expire = expire, .is_issued = true, .reason = reason}
            );
            return;
        }
        const Expiry expire =
            wanted_.lifetime ? earlier(live->expire, whole_life()) : declared_or(live->expire);
        result_.holders.push_back({.id = declared_, .expire = expire});
    }

    void take_turns() {
        const std::array names = desired::turns_of(declared_);
        const TokenId* pending = nullptr;
        const TokenId* current = nullptr;
        for (const TokenId& name : names) {
            const Token* live = live_token(name);
            if (live == nullptr) {
                continue;
            }
            if (was_never_stored(*live)) {
                pending = pending == nullptr ? &name : pending;
            } else if (current == nullptr || expiry_of(*current).ends_before(live->expire)) {
                current = &name;
            }
        }
        if (current != nullptr) {
            note_current(*current, expiry_of(*current));
        }
        const TokenId* next = nullptr;
        std::string reason;
        if (pending != nullptr) {
            next = pending;
        } else if (current == nullptr) {
            next = &names[0];
        } else if (reason = reason_to_rotate(expiry_of(*current)); !reason.empty()) {
            next = current == &names[0] ? &names[1] : &names[0];
            if (is_needed_still(*next, expiry_of(*current))) {
                next = nullptr;
            }
        }
        hold_names(names, current, next);
        if (next != nullptr) {
            begin_turn(*next, current, reason);
        }
    }

    /// The tokens that are there already, but for the one that gets a new secret.
    void
    hold_names(const std::array<TokenId, 2>& names, const TokenId* current, const TokenId* next) {
        const bool is_turn = next != nullptr;
        const bool is_shortened =
            current != nullptr && whole_life().ends_before(expiry_of(*current));
        const Expiry last = is_turn || is_shortened ? end_of_predecessor() : before_whole();
        for (const TokenId& name : names) {
            const Token* live = live_token(name);
            if (live == nullptr || &name == next) {
                continue;
            }
            const bool is_current = &name == current && !is_turn;
            result_.holders.push_back(
                {.id = name,
                 .expire = live->expire == Expiry::unconfirmed()
                               ? live->expire
                               : earlier(live->expire, is_current ? whole_life() : last)}
            );
        }
        if (const Token* plain = live_token(declared_)) {
            if (plain->expire.is_over(now_)) {
                result_.retired = declared_;
            } else {
                result_.holders.push_back(
                    {.id = declared_, .expire = earlier(plain->expire, before_whole())}
                );
            }
        }
    }

    /// Whom consumers know until they read again lives on for a while.
    void begin_turn(const TokenId& next, const TokenId* current, const std::string& reason) {
        const TokenId& known = current != nullptr ? *current : declared_;
        std::optional<Predecessor> predecessor;
        for (Holder& holder : result_.holders) {
            if (holder.id == known && !holder.expire.is_over(now_) &&
                !was_never_stored(*live_token(known))) {
                holder.expire = later(holder.expire, end_of_overlap());
                predecessor = Predecessor{holder.id, holder.expire};
            }
        }
        result_.holders.push_back(
            {.id = next,
             .expire = whole_life(),
             .is_issued = true,
             .reason = reason_at(next, reason),
             .predecessor = predecessor}
        );
    }

    /// Whether consumers may still use the secret of the token whose turn it is. Its end tells for
    /// sure, and what is due can wait for that. Whoever asks for a secret waits for the overlap
    /// alone; but when the current one was issued is known only if `lifetime` is what it was then.
    bool is_needed_still(const TokenId& next, Expiry current) {
        const Token* live = live_token(next);
        if (live == nullptr || live->expire.is_over(now_)) {
            return false;
        }
        const Expiry overlap{
            current.seconds - wanted_.lifetime->value.count() + wanted_.overlap->value.count()};
        const bool is_asked_for = rotation_.urgency == Urgency::now;
        const Expiry free = is_asked_for ? earlier(overlap, live->expire) : live->expire;
        if (free.is_over(now_)) {
            result_.caution = fmt::format(
                "`{}` gets a new secret while its old one is alive (expires {}): by the `lifetime` "
                "of today its overlap is over; where that was raised since, the old one may still "
                "be in use",
                next.text(),
                live->expire.text()
            );
            return false;
        }
        result_.obstacle = fmt::format(
            "token `{}` gets no new secret before {}: until then the one before the last, of `{}`, "
            "may still be in use",
            declared_.text(),
            free.text(),
            next.text()
        );
        return true;
    }

    [[nodiscard]] std::string reason_to_rotate(Expiry present) const {
        if (!rotation_.speaks_of(declared_)) {
            return {};
        }
        switch (rotation_.urgency) {
        case Urgency::never:
            return {};
        case Urgency::due:
            return is_due(present) ? fmt::format("due, as it expires {}", present.text())
                                   : std::string();
        case Urgency::now:
            return "asked for";
        }
        return {};
    }

    /// Of the token that gets the turn.
    [[nodiscard]] std::string reason_at(const TokenId& next, const std::string& reason) const {
        const Token* live = live_token(next);
        if (live == nullptr) {
            return {};
        }
        return was_never_stored(*live) ? std::string(secret_never_stored) : reason;
    }

    /// Marked as dead, or as what we ran with ourselves when it got its secret.
    [[nodiscard]] bool was_never_stored(const Token& token) const {
        return token.expire == Expiry::unconfirmed() || is_grace(token.expire, now_);
    }

    /// Then the time is nobody's mark.
    [[nodiscard]] bool is_as_declared(Expiry live) const {
        return wanted_.expire && wanted_.expire->value == live;
    }

    /// Whether less than so much of its life is left.
    [[nodiscard]] bool is_near_its_end(Expiry present, std::chrono::seconds left) const {
        return !present.is_never() && present.seconds - left.count() <= now_;
    }

    [[nodiscard]] bool is_due(Expiry present) const {
        return wanted_.lifetime && is_near_its_end(present, wanted_.renew_before->value);
    }

    void note_current(const TokenId& holder, Expiry present) {
        const bool due = is_due(present);
        result_.current = CurrentToken{
            .declared = declared_,
            .holder = holder,
            .expire = present,
            .is_due = due,
            .is_late = due && is_near_its_end(present, wanted_.renew_before->value / 2),
        };
    }

    [[nodiscard]] const Token* live_token(const TokenId& id) const {
        const auto found = live_.tokens.find(id);
        return found == live_.tokens.end() ? nullptr : &found->second;
    }

    [[nodiscard]] Expiry expiry_of(const TokenId& id) const { return live_token(id)->expire; }

    [[nodiscard]] Expiry whole_life() const {
        return clear_of_grace({now_ + wanted_.lifetime->value.count()});
    }

    /// So that a predecessor never looks like the current one.
    [[nodiscard]] Expiry before_whole() const { return {whole_life().seconds - 1}; }

    [[nodiscard]] Expiry end_of_overlap() const {
        return earlier(clear_of_grace({now_ + wanted_.overlap->value.count()}), before_whole());
    }

    /// Of a predecessor at the latest. When its successor is due, its name must be free, whatever
    /// `lifetime` is by then.
    [[nodiscard]] Expiry end_of_predecessor() const {
        const Expiry due =
            clear_of_grace({whole_life().seconds - wanted_.renew_before->value.count()});
        return later(earlier(due, before_whole()), end_of_overlap());
    }

    [[nodiscard]] static Expiry earlier(Expiry a, Expiry b) { return a.ends_before(b) ? a : b; }

    [[nodiscard]] static Expiry later(Expiry a, Expiry b) { return a.ends_before(b) ? b : a; }

    [[nodiscard]] Expiry declared_or(Expiry other) const {
        return wanted_.expire ? wanted_.expire->value : other;
    }

    /// PVE's default where the document says nothing.
    [[nodiscard]] Expiry expiry_of_new() const {
        return wanted_.lifetime ? whole_life() : declared_or(Expiry::never());
    }

    /// Nobody knows whether a mark that is over is one: it brings nothing to life by itself.
    [[nodiscard]] Expiry expiry_of_repaired(Expiry mark) const {
        return is_doubtful_mark(mark, wanted_, now_) ? mark : expiry_of_new();
    }

    const TokenId& declared_;
    const desired::Token& wanted_;
    const State& live_;
    UnixSeconds now_;
    const Rotation& rotation_;
    Succession result_;
};

} // namespace

bool is_doubtful_mark(Expiry live, const desired::Token& wanted, UnixSeconds now) {
    return live != Expiry::unconfirmed() && live.is_over(now) && is_grace(live, now) &&
           !wanted.expire && !wanted.lifetime;
}

bool Succession::issues_secret() const {
    return std::ranges::any_of(holders, &Holder::is_issued);
}

Succession succession_of(
    const TokenId& declared,
    const desired::Token& wanted,
    const State& live,
    UnixSeconds now,
    const Rotation& rotation
) {
    return Decision(declared, wanted, live, now, rotation).run();
}

} // namespace pveform::plan
