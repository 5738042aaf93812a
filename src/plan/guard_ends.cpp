// The guard against lock-outs that come by themselves: an end that the plan brings near.

#include <fmt/format.h>

#include "base/time.hpp"
#include "desired/turns.hpp"
#include "plan/administrator.hpp"
#include "plan/guard.hpp"
#include "plan/succession.hpp"

namespace pveform::plan {

namespace {

/// Whoever is locked out later than that has had time to notice, over a weekend and a holiday too.
constexpr UnixSeconds days_to_notice = 7;
constexpr UnixSeconds time_to_notice = days_to_notice * 24 * 60 * 60;

/// Has a lifetime: its end is near by design, and moved on by each rotation.
bool is_renewed(const TokenId& id, const desired::Document& document) {
    const auto behind = desired::token_behind(document, id);
    return behind && behind->token->lifetime;
}

/// Until when people and tokens of one state can log in.
class Ends {
public:
    Ends(const State& state, const desired::Document& document)
        : state_(state), document_(document) {}

    /// Of somebody who is there.
    [[nodiscard]] Expiry of(const Principal& principal) const {
        Expiry end = state_.users.at(user_behind(principal)).expire;
        if (principal.kind == PrincipalKind::token) {
            const TokenId id = split_token_id(principal.id);
            const Expiry own = state_.tokens.at(id).expire;
            if (!is_renewed(id, document_) && own.ends_before(end)) {
                end = own;
            }
        }
        return end;
    }

    /// Of the administrator who stays longest; over where there is none.
    [[nodiscard]] Expiry of_last_administrator(UnixSeconds now) const {
        Expiry last{now};
        const bool stays = any_administrator(state_, now, [&](const Principal& principal) {
            const Expiry end = of(principal);
            if (last.ends_before(end)) {
                last = end;
            }
            return end.is_never();
        });
        return stays ? Expiry::never() : last;
    }

private:
    const State& state_;
    const desired::Document& document_;
};

/// Brought forward, and so far that nobody may notice in time. What is over is another guard's.
bool is_brought_near(Expiry before, Expiry after, UnixSeconds now) {
    return !after.is_over(now) && after.ends_before(before) && after.is_over(now + time_to_notice);
}

Block lockout(std::string message, std::string_view who) {
    return {
        .guard = "lockout",
        .message = std::move(message),
        .span = {},
        .help = fmt::format(
            "let {} stay for more than {} days, or `--allow-lockout` if that is meant",
            who,
            days_to_notice
        ),
    };
}

} // namespace

std::vector<Block> check_ends(
    const State& before,
    const State& after,
    const Applier& applier,
    UnixSeconds now,
    const desired::Document& document,
    const Allowances& allowances
) {
    if (allowances.lockout) {
        return {};
    }
    const Ends old(before, document);
    const Ends fresh(after, document);
    std::vector<Block> blocks;
    const auto& running = applier.identity;
    if (running && can_log_in(before, *running, now) && can_log_in(after, *running, now)) {
        const Expiry end = fresh.of(*running);
        if (is_brought_near(old.of(*running), end, now)) {
            blocks.push_back(lockout(
                fmt::format(
                    "`{}`, which runs this plan, could no longer log in from {} on: the plan "
                    "brings its end forward",
                    running->text(),
                    end.text()
                ),
                "it"
            ));
        }
    }
    const Expiry end = fresh.of_last_administrator(now);
    if (is_brought_near(old.of_last_administrator(now), end, now)) {
        blocks.push_back(lockout(
            fmt::format(
                "nobody who can log in would hold `Permissions.Modify` on `/` from {} on",
                end.text()
            ),
            "an administrator"
        ));
    }
    return blocks;
}

} // namespace pveform::plan
