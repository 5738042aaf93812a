// Tokens whose secrets are renewed, alone or in turns, and what a plan does about them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "catch.hpp"
#include "desired/reading.hpp"
#include "formats/cluster_state.hpp"
#include "plan/plan.hpp"

namespace pveform::test {

inline constexpr UnixSeconds start = 1'800'000'000;
inline constexpr UnixSeconds day = 86'400;
inline const UserId ann{"ann@pve"};
inline const TokenId plain{ann, "ci"};
inline const TokenId a{ann, "ci-a"};
inline const TokenId b{ann, "ci-b"};

inline const std::string turning =
    "users: { ann@pve: { tokens: { ci: { lifetime: 90d, renew_before: 21d, overlap: 14d, "
    "acl: [{ path: /vms, role: PVEAuditor }] } } } }";
inline const std::string single =
    "users: { ann@pve: { tokens: { ci: { lifetime: 90d, renew_before: 21d } } } }";
inline const std::string fixed = "users: { ann@pve: { tokens: { ci: { expire: never } } } }";

/// With tokens of these names and expiry times.
inline State cluster(const std::map<std::string, UnixSeconds>& tokens, Release release = {9, 2}) {
    std::string live = "user:root@pam:1:0::::::\nuser:ann@pve:1:0::::::\n";
    for (const auto& [name, expire] : tokens) {
        live += fmt::format("token:ann@pve!{}:{}:1::\n", name, expire);
    }
    return formats::read_state(live, "", release);
}

inline Collected<plan::Plan> try_plan(
    const State& live,
    const std::string& document,
    const plan::Rotation& rotation,
    UnixSeconds now = start
) {
    return plan::make_plan(live, wanted(document), {.now = now, .rotation = rotation});
}

inline plan::Plan plan_of(
    const State& live,
    const std::string& document,
    const plan::Rotation& rotation = {},
    UnixSeconds now = start
) {
    auto made = try_plan(live, document, rotation, now);
    if (!made) {
        FAIL(render::diagnostics(made.error(), {}));
    }
    return std::move(*made);
}

inline plan::Rotation due() {
    return {.urgency = plan::Urgency::due};
}

inline plan::Rotation now_of(const std::string& glob) {
    return {.urgency = plan::Urgency::now, .tokens = {Glob{glob}}, .nothing_else = true};
}

/// The steps that issue a secret.
inline std::vector<plan::IssueToken> issued(const plan::Plan& plan) {
    std::vector<plan::IssueToken> found;
    for (const plan::Step& step : plan.steps) {
        if (const auto* issue = std::get_if<plan::IssueToken>(&step.command)) {
            found.push_back(*issue);
        }
    }
    return found;
}

inline UnixSeconds expiry(const plan::Plan& plan, const TokenId& id) {
    return plan.after.tokens.at(id).expire.seconds;
}

} // namespace pveform::test
