// Two teams, two repositories, one cluster: with disjoint scopes, applied in any order and in
// turns, neither changes what is the other's, and both end with nothing left to change.

#include <string>
#include <vector>

#include "desired/reading.hpp"
#include "integration/run.hpp"

using namespace pveform;       // NOLINT: a test's own small world
using namespace pveform::test; // NOLINT

namespace {

State shared_cluster() {
    State state = empty_cluster();
    state.roles.clear(); // the simulator has PVE's own
    state.roles[RoleId{"a-ops"}] = role({"VM.Audit", "VM.Console"});
    state.roles[RoleId{"b-ops"}] = role({"VM.Audit"});
    for (const std::string team : {"a", "b"}) {
        for (const std::string name : {"one", "two", "old"}) {
            state.users[UserId{team + "-" + name + "@pve"}];
        }
        const UserId old{team + "-old@pve"};
        state.tokens[TokenId{old, "ci"}];
        state.groups[GroupId{"team-" + team}].members = {
            old, UserId{team + "-one@pve"}, UserId{"a-two@pve"}, UserId{"b-two@pve"}};
        state.acl[row("/pool/" + team, Principal::of(old), team + "-ops")];
        state.acl[row("/pool/" + team, group("team-" + team), team + "-ops")];
        // A grant of one team's user at the other team's pool.
        const std::string other = team == "a" ? "b" : "a";
        state.acl[row("/pool/" + other, user(team + "-one@pve"), "PVEAuditor")];
    }
    state.users[UserId{"admin@pve"}];
    state.acl[row("/", user("admin@pve"), "Administrator")];
    return with_root_token(std::move(state));
}

/// What a team writes; the letters in it are the team's.
desired::Document document_of(const std::string& team) {
    std::string text = R"(
scope:
  users: ["X-*@pve"]
  groups: ["team-X"]
  roles: ["X-*"]
  acl: ["/pool/X/**"]
manage:
  users: { prune: ["*"] }
  tokens: { prune: ["*"] }
  groups: { prune: ["*"] }
  roles: { prune: ["*"] }
  acl: { prune: [{ path: "/**" }] }
limits: { destroy: 100, acl_removals: 100 }
roles: { X-new: { privileges: [VM.Audit, VM.PowerMgmt] }, X-ops: {} }
groups:
  team-X:
    comment: ours
    members: [X-one@pve, X-new@pve]
    acl: [{ path: /pool/X, roles: [X-new, X-ops] }]
users:
  X-one@pve: { groups: [team-X], acl: [] }
  X-new@pve:
    groups: [team-X]
    tokens: { ci: { acl: [{ path: /pool/X, role: X-new }] } }
)";
    for (std::size_t at = text.find('X'); at != std::string::npos; at = text.find('X', at)) {
        text.replace(at, 1, team);
    }
    return wanted(text);
}

/// What is a team's: everything that its scope names.
State part_of(const State& state, const std::string& team) {
    const std::string prefix = team + "-";
    State part;
    for (const auto& [id, user] : state.users) {
        if (id.text.starts_with(prefix)) {
            part.users[id] = user;
        }
    }
    for (const auto& [id, token] : state.tokens) {
        if (id.user.text.starts_with(prefix)) {
            part.tokens[id] = token;
        }
    }
    for (const auto& [id, group] : state.groups) {
        if (id.text == "team-" + team) {
            Group& one = part.groups[id] = group;
            std::erase_if(one.members, [&](const UserId& member) {
                return !member.text.starts_with(prefix);
            });
        }
    }
    for (const auto& [id, role] : state.roles) {
        if (id.text.starts_with(prefix)) {
            part.roles[id] = role;
        }
    }
    for (const auto& [key, grant] : state.acl) {
        if (key.path.text.starts_with("/pool/" + team)) {
            part.acl[key] = grant;
        }
    }
    return part;
}

} // namespace

TEST_CASE("two repositories share a cluster without a fight", "[integration]") {
    const std::vector<std::vector<std::string>> orders = {
        {"a", "b"}, {"b", "a"}, {"a", "b", "a", "b"}, {"b", "a", "a", "b"}};
    for (const auto& order : orders) {
        SimulatedCluster cluster(shared_cluster(), {{root_token, root_secret}});
        const auto pve = cluster.client(root_token, root_secret);
        const auto plan_of = [&](const std::string& team) {
            const State live = state_of(*pve, root_token);
            // That the user is a member of the other team's group, too, is approved.
            const bool has_stray = live.users.contains(UserId{team + "-two@pve"});
            const plan::Circumstances circumstances{
                .applier = {user_or_token(root_token), true},
                .now = cluster.clock.now(),
                .allowances = {.cascades = has_stray ? 1 : 0}};
            auto made = plan::make_plan(live, document_of(team), circumstances);
            if (!made) {
                FAIL(made.error().front().message);
            }
            INFO((made->blocks.empty() ? "" : made->blocks.front().message));
            REQUIRE(made->blocks.empty());
            return std::move(*made);
        };
        for (const std::string& team : order) {
            INFO("team " << team);
            const std::string other = team == "a" ? "b" : "a";
            const State before = state_of(*pve, root_token);
            MemorySink sink;
            REQUIRE(
                carry_out_plan(plan_of(team), *pve, root_token, cluster.clock, sink).is_complete()
            );
            const State after = state_of(*pve, root_token);
            CHECK(part_of(after, other) == part_of(before, other));
            CHECK(after.users.at(UserId{"admin@pve"}) == before.users.at(UserId{"admin@pve"}));
            CHECK(after.acl.contains(row("/", user("admin@pve"), "Administrator")));
            CHECK(plan_of(team).is_empty());
        }
        CHECK(plan_of("a").is_empty());
        CHECK(plan_of("b").is_empty());
        const State end = state_of(*pve, root_token);
        CHECK(end.users.contains(UserId{"a-new@pve"}));
        CHECK_FALSE(end.users.contains(UserId{"a-old@pve"}));
        CHECK_FALSE(end.users.contains(UserId{"b-old@pve"}));
    }
}
