// The rehearsal looks at one of those to whom the same happens, and at one member of those of the
// same pools: what it says is held to a look at everybody everywhere.
#include "plan/rehearsal.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <tuple>

#include "access/random_states.hpp"
#include "catch.hpp"
#include "support/unfolded.hpp"

using namespace pveform;       // NOLINT: a test's own small world
using namespace pveform::test; // NOLINT

namespace {

constexpr UnixSeconds now = 1'800'000'000;

using Held = std::set<std::tuple<Principal, std::string, Privilege>>;

/// What anybody but root@pam itself who can log in holds at these paths.
Held all_that_is_held(const State& state, const std::set<std::string>& paths) {
    const access::Evaluator evaluator(state);
    std::set<Principal> principals;
    for (const auto& [id, user] : state.users) {
        principals.insert(Principal::of(id));
    }
    for (const auto& [id, token] : state.tokens) {
        principals.insert(Principal::of(id));
    }
    Held held;
    for (const Principal& principal : principals) {
        if (principal == Principal::of(root_user) || !can_log_in(state, principal, now)) {
            continue;
        }
        for (const std::string& path : paths) {
            for (const auto& [privilege, propagates] : evaluator.privileges(principal, path)) {
                held.emplace(principal, path, privilege);
            }
        }
    }
    return held;
}

/// Users with hardly anything of their own, many of them alike; the same in both states but for
/// their groups and, at times, whether they are enabled.
void add_members(RandomStates& random, State& before, State& after) {
    for (const char* name : {"a", "b", "c", "d", "e"}) {
        const UserId id{std::string(name) + "@pve"};
        for (State* state : {&before, &after}) {
            state->users[id].enabled = random.chance(90);
            state->tokens[{id, "full"}].privilege_separation = random.chance(20);
            for (auto& [group, record] : state->groups) {
                if (random.chance(60)) {
                    record.members.insert(id);
                }
            }
        }
    }
}

/// Rows that are to come, or one that is there goes.
plan::Command some_change_of_rows(RandomStates& random, const State& state, const State& after) {
    const bool remove = random.chance(50);
    const auto& rows = remove ? state.acl : after.acl;
    if (rows.empty()) {
        return plan::DestroyGroup{GroupId{"g1"}};
    }
    auto row = rows.begin();
    std::advance(row, random.number(static_cast<int>(rows.size()) - 1));
    AclEdit edit{
        .path = row->first.path,
        .principals = {row->first.principal},
        .roles = {row->first.role},
        .propagate = row->second.propagate,
        .remove = remove};
    for (const auto& [key, grant] : rows) {
        if (key.path == row->first.path && key.role == row->first.role && grant == row->second &&
            random.chance(50)) {
            edit.principals.insert(key.principal);
        }
    }
    return plan::ChangeAcl{edit};
}

plan::Command some_command(RandomStates& random, const State& state, const State& after) {
    static const std::vector<std::string> users = {"a@pve", "b@pve", "u1@pve", "u2@pve"};
    static const std::vector<std::string> roles = {"A", "B", "C", "NoAccess", "Administrator"};
    const GroupId group{random.chance(50) ? "g1" : "g2"};
    const UserId user{random.pick(users)};
    switch (random.number(9)) {
    case 0:
        return plan::SetRolePrivileges{
            RoleId{random.pick(roles)},
            state.roles.at(RoleId{"Administrator"}).privileges,
            random.chance(50)};
    case 1:
        return plan::UpdateUser{
            user,
            {.enabled = true,
             .groups = std::set<GroupId>{group},
             .append_groups = random.chance(50)}};
    case 2:
        return plan::DestroyGroup{group};
    case 3:
        return plan::UpdateToken{{user, "full"}, {.privilege_separation = false}};
    default:
        return some_change_of_rows(random, state, after);
    }
}

bool is_among(const plan::Excess& one, const Held& held) {
    return held.contains({one.principal, one.path, one.privilege});
}

} // namespace

TEST_CASE("the rehearsal finds what a look at everybody everywhere finds", "[plan]") {
    int given = 0;
    int taken = 0;
    int neither = 0;
    for (unsigned seed = 1; seed <= 150; ++seed) {
        RandomStates random(seed);
        State before = random.state();
        State after = random.changed(before);
        after.pools = before.pools; // which no plan changes
        add_members(random, before, after);
        const auto paths = TwoEvaluations(before, after, now).paths();
        Held allowed = all_that_is_held(before, paths);
        allowed.merge(all_that_is_held(after, paths));
        plan::Rehearsal rehearsal(before, after, now);
        for (int i = 0; i < 8; ++i) {
            const State& state = rehearsal.state();
            const plan::Command command = some_command(random, state, after);
            if (!is_ready(command, state)) {
                continue;
            }
            INFO("seed " << seed << ": " << describe(command));
            State then = state;
            carry_out(command, then);
            const Held held = all_that_is_held(state, paths);
            const Held later = all_that_is_held(then, paths);
            Held excess;
            Held loss;
            std::ranges::set_difference(later, allowed, std::inserter(excess, excess.end()));
            std::ranges::set_difference(held, later, std::inserter(loss, loss.end()));
            const auto found = rehearsal.excess_after(command);
            const auto missed = rehearsal.loss_after(command);
            CHECK((found ? is_among(*found, excess) : excess.empty()));
            CHECK((missed ? is_among(*missed, loss) : loss.empty()));
            given += found ? 1 : 0;
            taken += missed ? 1 : 0;
            neither += found || missed ? 0 : 1;
            if (!found) {
                rehearsal.take(command);
            }
        }
    }
    CHECK(given > 75);
    CHECK(taken > 75);
    CHECK(neither > 75);
}
