// The guard asks for administrators only where something happens to the one that it knows: what it
// says is held to asking after every step.

#include <optional>
#include <string>

#include "access/evaluator.hpp"
#include "catch.hpp"
#include "plan/plan.hpp"
#include "plan/world.hpp"

using namespace pveform;       // NOLINT: a test's own small world
using namespace pveform::test; // NOLINT

namespace {

constexpr UnixSeconds now = 1'800'000'000;

bool has_administrator(const State& state) {
    const access::Evaluator evaluator(state);
    const auto administers = [&](const Principal& principal) {
        return can_log_in(state, principal, now) &&
               evaluator.holds(principal, "/", Privilege{"Permissions.Modify"});
    };
    for (const auto& [id, user] : state.users) {
        if (administers(Principal::of(id))) {
            return true;
        }
    }
    return std::ranges::any_of(state.tokens, [&](const auto& one) {
        return administers(Principal::of(one.first));
    });
}

/// The first step after which nobody is left; where there was nobody to begin with, none.
std::optional<std::string> last_step_of_the_last(const plan::Plan& plan) {
    State state = plan.before;
    if (!has_administrator(state)) {
        return std::nullopt;
    }
    for (const plan::Step& step : plan.steps) {
        carry_out(step.command, state);
        if (!has_administrator(state)) {
            return describe(step.command);
        }
    }
    return std::nullopt;
}

} // namespace

TEST_CASE("the guard says after which step nobody is left who administers", "[plan]") {
    int locked_out = 0;
    int left = 0;
    for (unsigned seed = 1; seed <= 600; ++seed) {
        RandomWorld world(seed);
        State live = world.cluster();
        live.users[root_user].enabled = false;
        for (const char* id : {"ann@pve", "ben@pve"}) { // more often than not
            if (live.users.contains(UserId{id}) && seed % 3 != 0) {
                live.acl[row("/", user(id), "Administrator")] = {};
            }
        }
        if (live.groups.contains(GroupId{"ops"})) {
            live.acl[row("/", group("ops"), "Administrator")] = {};
        }
        const auto made = plan::make_plan(live, world.document(live), {.now = now});
        if (!made) {
            continue;
        }
        std::vector<std::string> said;
        for (const plan::Block& block : made->blocks) {
            if (block.message.starts_with("nobody who can log in") &&
                block.message.find(" after: ") != std::string::npos) {
                said.push_back(block.message.substr(block.message.find(" after: ") + 8));
            }
        }
        const auto last = last_step_of_the_last(*made);
        INFO("seed " << seed);
        CHECK(said == (last ? std::vector{*last} : std::vector<std::string>()));
        (last ? locked_out : left) += 1;
    }
    CHECK(locked_out > 50);
    CHECK(left > 50);
}
