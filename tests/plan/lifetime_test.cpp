// Tokens with a lifetime: the expiry that PVE stores is the clock, nothing else is remembered.

#include <string>

#include <fmt/format.h>

#include "catch.hpp"
#include "desired/reading.hpp"
#include "formats/cluster_state.hpp"
#include "plan/plan.hpp"

using namespace pveform;       // NOLINT: a test's own small world
using namespace pveform::test; // NOLINT

namespace {

constexpr UnixSeconds now = 1'800'000'000;
constexpr UnixSeconds day = 86'400;
const TokenId token{UserId{"ann@pve"}, "ci"};

plan::Plan plan_of(const std::string& expire) {
    std::string live = "user:root@pam:1:0::::::\nuser:ann@pve:1:0::::::\n";
    if (!expire.empty()) {
        live += fmt::format("token:ann@pve!ci:{}:1::\n", expire);
    }
    auto made = plan::make_plan(
        formats::read_state(live, "", Release{9, 2}),
        wanted("users: { ann@pve: { tokens: { ci: { lifetime: 90d, renew_before: 21d } } } }"),
        {.now = now}
    );
    if (!made) {
        FAIL(render::diagnostics(made.error(), {}));
    }
    return std::move(*made);
}

UnixSeconds expiry_after(const std::string& expire) {
    return plan_of(expire).after.tokens.at(token).expire.seconds;
}

} // namespace

TEST_CASE("a new token lives for its whole lifetime, and so does one that is re-issued", "[plan]") {
    CHECK(expiry_after("") == now + 90 * day);
    CHECK(expiry_after("1") == now + 90 * day);
}

TEST_CASE("a token that lives too long, or for ever, is shortened in place", "[plan]") {
    for (const UnixSeconds expire : {UnixSeconds{0}, now + 91 * day}) {
        const plan::Plan plan = plan_of(std::to_string(expire));
        REQUIRE(plan.changes.size() == 1);
        CHECK(plan.changes.front().action == plan::Action::update);
        CHECK(plan.after.tokens.at(token).expire.seconds == now + 90 * day);
    }
}

TEST_CASE("a token within its lifetime is left alone, and said to be due near its end", "[plan]") {
    const plan::Plan fresh = plan_of(std::to_string(now + 50 * day));
    CHECK(fresh.is_empty());
    CHECK(fresh.notices.empty());
    const plan::Plan due = plan_of(std::to_string(now + 20 * day));
    CHECK(due.is_empty());
    REQUIRE(due.notices.size() == 1);
    CHECK_THAT(due.notices.front().message, ContainsSubstring("is due for a new secret"));
}
