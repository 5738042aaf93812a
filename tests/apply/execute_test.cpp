// One thing goes wrong: what is done, what is left, and what is said about it.

#include <algorithm>
#include <string>
#include <vector>

#include "apply/runs.hpp"

using namespace pveform::test; // NOLINT: names of the test's own small world
using pveform::ErrorKind;
using pveform::Expiry;
using pveform::GroupId;
using pveform::Privilege;
using pveform::Release;
using pveform::RoleId;
using pveform::split_token_id;
using pveform::State;
using pveform::UserId;
using pveform::apply::Outcome;
using pveform::apply::Receipt;
namespace desired = pveform::desired;
namespace plan = pveform::plan;

TEST_CASE("a token is created dead and comes to life last", "[apply]") {
    World world;
    REQUIRE(run(world).receipt.is_complete());
    CHECK(
        requests_about(world, "/token/ci") ==
        Lines{
            "POST /access/users/ann@pve/token/ci expire=1 privsep=1",
            "PUT /access/users/ann@pve/token/ci expire=2000000000"}
    );
    CHECK(
        requests_about(world, "/token/dead") ==
        Lines{
            "PUT /access/users/ben@pve/token/dead comment= expire=1 privsep=1 regenerate=1",
            "PUT /access/users/ben@pve/token/dead expire=2000000000"}
    );
}

TEST_CASE("where PVE cannot renew in place a token is made anew, with its rows", "[apply]") {
    World world;
    world.pve.state.release = Release{8, 4};
    REQUIRE(run(world).receipt.is_complete());
    CHECK(
        requests_about(world, "dead") ==
        Lines{
            "DELETE /access/users/ben@pve/token/dead",
            "POST /access/users/ben@pve/token/dead expire=1 privsep=1",
            "PUT /access/acl path=/vms propagate=1 roles=PVEAuditor tokens=ben@pve!dead",
            "PUT /access/users/ben@pve/token/dead expire=2000000000"}
    );
}

TEST_CASE("what needs something that failed is not attempted, the rest goes on", "[apply]") {
    World world;
    const Run result = run(world, on("POST /access/roles", NetworkFault::refused));
    CHECK(
        result.outcomes() ==
        Lines{
            "failed: create role Watcher",
            "done: create group ops",
            "done: create user ann@pve",
            "done: update user ben@pve",
            "done: issue token ann@pve!ci",
            "done: issue token ann@pve!web",
            "not attempted: add Watcher for ann@pve, ann@pve!ci at /vms, because it needs "
            "something that failed before",
            "not attempted: remove PVEAuditor for ben@pve at /, because nothing is taken away any "
            "more after a failure",
            "not attempted: destroy token ben@pve!old, because nothing is taken away any more "
            "after a failure",
            "not attempted: re-issue token ben@pve!dead, because without the step that failed it "
            "would give `ben@pve!dead` Sys.Audit on /vms"}
    );
    CHECK(result.receipt.wrote());
    world.check_one_rerun_finishes();
}

TEST_CASE("no successor comes to be that its predecessor would outlive", "[apply]") {
    State start = live_cluster();
    start.tokens[split_token_id("ben@pve!turn")]; // from before it had an overlap: never ends
    desired::Document document = wanted_document();
    desired::Token& turn = (*document.users[UserId{"ben@pve"}].tokens)["turn"];
    turn = renewed_token({});
    turn.overlap = said(std::chrono::seconds(14 * day_s));
    World world(start, document);
    const Run result = run(world, on("POST /access/roles", NetworkFault::refused));
    const Lines left = result.outcomes_but_done();
    const auto says = [&](const std::string& line) {
        return std::ranges::count(left, "not attempted: " + line) == 1;
    };
    CHECK(says("update token ben@pve!turn, because nothing is taken away any more after a failure")
    );
    CHECK(says("issue token ben@pve!turn-a, because it needs something that failed before"));
    world.check_one_rerun_finishes();
}

TEST_CASE("a token of a user that could not be created is not attempted", "[apply]") {
    World world;
    const Run result = run(world, on("POST /access/users", NetworkFault::refused));
    const Lines left = result.outcomes_but_done();
    CHECK(
        std::ranges::count(
            left,
            "not attempted: issue token ann@pve!ci, because it needs something that failed before"
        ) == 1
    );
    CHECK(world.stored_secret(split_token_id("ann@pve!ci")).empty());
}

TEST_CASE("nothing is sent after the cluster is out of reach", "[apply]") {
    World world;
    const Run result = run(world, on("POST /access/groups", NetworkFault::unreachable));
    const Lines left = result.outcomes_but_done();
    CHECK(left.front() == "failed: create group ops");
    CHECK(left.size() == 9);
    CHECK(
        left.back() == "not attempted: re-issue token ben@pve!dead, because the cluster is out of "
                       "reach"
    );
    CHECK(world.pve.executed().size() == 1);
}

TEST_CASE("nothing is sent after PVE no longer knows us", "[apply]") {
    World world;
    const Run result = run(world, on("POST /access/groups", NetworkFault::unauthorized));
    CHECK(
        result.outcomes().back() == "not attempted: re-issue token ben@pve!dead, because PVE no "
                                    "longer accepts who we say we are"
    );
}

TEST_CASE("an answer that is lost with nobody to ask is unknown, not failed", "[apply]") {
    World world;
    const Run result = run(world, [](const SmallPve::Request& request) {
        return request.number == 1 ? std::optional(NetworkFault::lost_before)
                                   : std::optional(NetworkFault::unreachable);
    });
    CHECK(result.outcomes().front() == "unknown: create role Watcher");
    CHECK(result.receipt.wrote()); // it may have been executed
    CHECK(result.receipt.count(Outcome::not_attempted) == 9);
}

TEST_CASE("a run that reaches nobody wrote nothing", "[apply]") {
    World world;
    const Run result = run(world, on("", NetworkFault::unreachable));
    CHECK_FALSE(result.receipt.wrote());
    CHECK(result.receipt.count(Outcome::failed) == 1);
}

TEST_CASE("a request that never gets an answer and never gets executed has failed", "[apply]") {
    World world;
    const Run result = run(world, on("POST /access/groups", NetworkFault::lost_before));
    CHECK(result.outcomes_but_done().front() == "failed: create group ops");
    CHECK_THAT(result.words(), ContainsSubstring("the cluster was as before"));
    CHECK_FALSE(result.receipt.results.at(1).wrote);
}

TEST_CASE("a lost answer to a request that was executed is no failure", "[apply]") {
    World world;
    const Run result = run(world, on("P", NetworkFault::lost_after, 3));
    CHECK(result.outcomes_but_done().empty());
    CHECK(requests_about(world, "POST /access/groups").size() == 1); // not sent again
}

TEST_CASE("a secret that was lost with its answer is replaced by another", "[apply]") {
    for (const Release release : {Release{9, 2}, Release{8, 4}}) {
        World world;
        world.pve.state.release = release;
        const Run result =
            run(world, on("POST /access/users/ann@pve/token/ci", NetworkFault::garbled, 1));
        CHECK(result.outcomes_but_done().empty());
        world.check_no_live_token_without_secret();
        CHECK(world.pve.all_secrets().size() == 4);
    }
}

TEST_CASE("a live token that came to be behind our back is left as it is", "[apply]") {
    World world;
    const auto id = split_token_id("ann@pve!ci");
    const Run result = run(world, [&](const SmallPve::Request& request) {
        if (!request.words.starts_with("POST /access/users/ann@pve/token/ci")) {
            return std::optional<NetworkFault>();
        }
        world.pve.state.tokens[id].expire = Expiry::never(); // somebody was faster
        return std::optional(NetworkFault::lost_before);
    });
    CHECK_THAT(result.words(), ContainsSubstring("was not made by this run"));
    CHECK(world.pve.state.tokens.at(id).expire == Expiry::never());
    CHECK(world.stored_secret(id).empty());
}

TEST_CASE("what PVE did before it failed counts as written", "[apply]") {
    World world;
    const Run result = run(world, on("POST /access/users ", NetworkFault::half_done, 1));
    CHECK(result.outcomes_but_done().front() == "failed: create user ann@pve");
    CHECK(result.receipt.results.at(2).wrote);
    CHECK_THAT(result.words(), ContainsSubstring("a part of it was done: user `ann@pve` is there"));

    World other;
    const Run token =
        run(other, on("POST /access/users/ann@pve/token/ci", NetworkFault::half_done));
    CHECK(token.outcomes_but_done().front() == "failed: issue token ann@pve!ci");
    CHECK(token.receipt.results.at(4).wrote);
    CHECK(requests_about(other, "token/ci").size() == 1); // not sent again
    other.check_one_rerun_finishes();
}

TEST_CASE("a refusal that changed nothing is not called written", "[apply]") {
    World world;
    const Run result = run(world, on("POST /access/users ", NetworkFault::refused, 1));
    CHECK(result.outcomes_but_done().front() == "failed: create user ann@pve");
    CHECK_FALSE(result.receipt.results.at(2).wrote);
}

TEST_CASE("a membership that somebody else gives meanwhile stays", "[apply]") {
    State start = live_cluster();
    start.groups[GroupId{"old"}].members.insert(UserId{"ben@pve"});
    start.groups[GroupId{"theirs"}];
    World world(start);
    world.document.users[UserId{"ben@pve"}].groups = listed({GroupId{"ops"}});
    const plan::Plan plan = world.plan();
    const Receipt receipt = world.apply([&] {
        world.pve.state.groups[GroupId{"theirs"}].members.insert(UserId{"ben@pve"});
    });
    CHECK(receipt.is_complete());
    CHECK(world.pve.state.groups[GroupId{"theirs"}].members.contains(UserId{"ben@pve"}));
    CHECK(world.pve.state.groups[GroupId{"ops"}].members.contains(UserId{"ben@pve"}));
    CHECK_FALSE(world.pve.state.groups[GroupId{"old"}].members.contains(UserId{"ben@pve"}));
}

TEST_CASE("a membership that somebody else takes meanwhile is not given back", "[apply]") {
    State start = live_cluster();
    const UserId ben{"ben@pve"};
    start.groups[GroupId{"old"}].members.insert(ben);
    start.groups[GroupId{"theirs"}].members.insert(ben); // no document speaks of it
    World world(start);
    world.document.groups[GroupId{"old"}].members = listed<UserId>({});
    const Receipt receipt =
        world.apply([&] { world.pve.state.groups[GroupId{"theirs"}].members.erase(ben); });
    CHECK(receipt.is_complete());
    CHECK(world.pve.state.groups[GroupId{"theirs"}].members.empty());
    CHECK(world.pve.state.groups[GroupId{"old"}].members.empty());
}

namespace {

const RoleId crew{"Crew"};

State cluster_with_crew() {
    State start = live_cluster();
    start.roles[crew].privileges = {Privilege{"VM.Audit"}, Privilege{"VM.Console"}};
    return start;
}

desired::Document wanting_of_crew(std::initializer_list<Privilege> privileges) {
    desired::Document document = wanted_document();
    document.roles[crew].privileges = listed(privileges);
    return document;
}

/// Applies while somebody else gives the role one more.
Receipt apply_while_crew_gets(World& world, const std::string& privilege) {
    return world.apply([&] {
        world.pve.state.roles.at(crew).privileges.insert(Privilege{privilege});
    });
}

} // namespace

TEST_CASE("a role is widened by what is new to it alone", "[apply]") {
    World world(
        cluster_with_crew(),
        wanting_of_crew({Privilege{"VM.Audit"}, Privilege{"VM.Console"}, Privilege{"VM.PowerMgmt"}})
    );
    CHECK(apply_while_crew_gets(world, "Sys.Audit").is_complete());
    CHECK(
        requests_about(world, "/roles/Crew") ==
        Lines{"PUT /access/roles/Crew append=1 privs=VM.PowerMgmt"}
    );
    CHECK(world.pve.state.roles.at(crew).privileges.size() == 4);
    const plan::Plan next = world.plan(); // the list of the document is the whole list
    REQUIRE(next.steps.size() == 1);
    CHECK(describe(next.steps.front().command) == "set the privileges of role Crew");
}

TEST_CASE("a privilege that somebody else gives meanwhile to a narrowed role stays", "[apply]") {
    World world(
        cluster_with_crew(), wanting_of_crew({Privilege{"VM.Audit"}, Privilege{"VM.PowerMgmt"}})
    );
    CHECK(apply_while_crew_gets(world, "Sys.Audit").is_complete());
    CHECK(
        requests_about(world, "/roles/Crew") ==
        Lines{
            "PUT /access/roles/Crew privs=Sys.Audit,VM.Audit",
            "PUT /access/roles/Crew append=1 privs=VM.PowerMgmt"}
    );
    CHECK(world.plan().changes.size() == 1);
}

TEST_CASE(
    "a privilege that somebody else takes meanwhile from a narrowed role stays away", "[apply]"
) {
    World world(cluster_with_crew(), wanting_of_crew({Privilege{"VM.Audit"}}));
    const Receipt receipt = world.apply([&] { world.pve.state.roles.at(crew).privileges.clear(); });
    CHECK(receipt.is_complete());
    CHECK(requests_about(world, "/roles/Crew") == Lines{"PUT /access/roles/Crew privs="});
    CHECK(world.plan().changes.size() == 1); // to give it again is for the next plan
}

TEST_CASE("a role that cannot be read again is not narrowed", "[apply]") {
    World world(cluster_with_crew(), wanting_of_crew({Privilege{"VM.Audit"}}));
    const Run result = run(world, on("GET /access/roles", NetworkFault::refused));
    CHECK(result.outcomes_but_done().front() == "failed: set the privileges of role Crew");
    CHECK(requests_about(world, "/roles/Crew").empty());
    world.check_one_rerun_finishes();
}

TEST_CASE("after a failure nothing is added that takes away by hiding", "[apply]") {
    State start = live_cluster();
    start.groups[GroupId{"crew"}].members.insert(UserId{"ben@pve"});
    start.acl[row("/vms", group("crew"), "Administrator")];
    World world(start);
    world.document.users[UserId{"ben@pve"}].acl =
        desired::AclList{wanted_row("/", "PVEAuditor"), wanted_row("/vms", "PVEAuditor")};
    const Run result = run(world, on("POST /access/roles", NetworkFault::refused));
    const Lines left = result.outcomes_but_done();
    CHECK(std::ranges::any_of(left, [](const std::string& line) {
        return line.starts_with(
                   "not attempted: add PVEAuditor for ben@pve at /vms, because it would "
                   "take "
               ) &&
               line.ends_with("and nothing is taken away any more after a failure");
    }));
    world.check_one_rerun_finishes();
}

TEST_CASE("PVE's lock is waited for, a little longer each time", "[apply]") {
    World world;
    const Run patient = run(world, on("POST /access/groups", NetworkFault::lock_timeout, 3));
    CHECK(patient.receipt.is_complete());
    CHECK(world.clock.slept() == std::chrono::milliseconds(500 + 1000 + 2000));

    World busy;
    const Run result = run(busy, on("POST /access/groups", NetworkFault::lock_timeout));
    CHECK(result.outcomes_but_done().front() == "failed: create group ops");
    CHECK_FALSE(result.receipt.results.at(1).wrote);
}

TEST_CASE("an interrupt ends the run between two steps", "[apply]") {
    World world;
    int asked = 0;
    world.interrupted = [&] { return ++asked > 2; };
    const Run result = run(world);
    CHECK(result.receipt.count(Outcome::done) == 2);
    CHECK(result.receipt.count(Outcome::not_attempted) == 8);
    CHECK(result.outcomes()[2] == "not attempted: create user ann@pve, because interrupted");
    CHECK(result.receipt.wrote());
    world.interrupted = [] { return false; };
    world.check_one_rerun_finishes();
}

TEST_CASE("an interrupt is not kept waiting by PVE's lock", "[apply]") {
    World world;
    bool asked_once = false;
    world.interrupted = [&] { return std::exchange(asked_once, true); };
    const Run result = run(world, on("POST /access/roles", NetworkFault::lock_timeout));
    CHECK(result.outcomes().front() == "failed: create role Watcher");
    CHECK(world.clock.slept() == std::chrono::milliseconds(0));
}

TEST_CASE("once a secret could not be stored no other token is issued", "[apply]") {
    World world;
    const plan::Plan plan = world.plan();
    const Receipt receipt = world.apply([&] { world.files.fill_disk_of("/safe"); });
    const Run result{plan, receipt};
    CHECK(
        result.outcomes_but_done() ==
        Lines{
            "failed: issue token ann@pve!ci",
            "not attempted: issue token ann@pve!web, because its secret could not be stored",
            "not attempted: add Watcher for ann@pve, ann@pve!ci at /vms, because it needs "
            "something that failed before",
            "not attempted: remove PVEAuditor for ben@pve at /, because nothing is taken away any "
            "more after a failure",
            "not attempted: destroy token ben@pve!old, because nothing is taken away any more "
            "after a failure",
            "not attempted: re-issue token ben@pve!dead, because its secret could not be stored"}
    );
    REQUIRE(receipt.spooled.size() == 1);
    CHECK(receipt.spooled.front().file == "/home/spool/ann@pve!ci-1800000000.json");
    CHECK_THAT(result.words(), ContainsSubstring("its secret was kept in `/home/spool/ann@pve!ci"));
    CHECK_FALSE(world.pve.is_alive(split_token_id("ann@pve!ci"), world.clock.now()));
}

TEST_CASE("what fails on this machine is not taken for a secret that was not stored", "[apply]") {
    World world;
    const Run result =
        run(world, on("POST /access/users/ann@pve/token/ci", NetworkFault::unsendable));
    CHECK(
        result.outcomes_but_done() ==
        Lines{
            "failed: issue token ann@pve!ci",
            "not attempted: add Watcher for ann@pve, ann@pve!ci at /vms, because it needs "
            "something that failed before",
            "not attempted: remove PVEAuditor for ben@pve at /, because nothing is taken away any "
            "more after a failure",
            "not attempted: destroy token ben@pve!old, because nothing is taken away any more "
            "after a failure",
            "not attempted: re-issue token ben@pve!dead, because without the step that failed it "
            "would give `ben@pve!dead` Sys.Audit on /vms"}
    );
    CHECK(result.receipt.spooled.empty());
    CHECK(world.stored_record(split_token_id("ann@pve!web")));
}

TEST_CASE("where even the spool fails the token stays dead", "[apply]") {
    World world;
    world.files.add_folder("/home/spool", 0700);
    const Receipt receipt = world.apply([&] {
        world.files.fill_disk_of("/safe");
        world.files.fill_disk_of("/home/spool");
    });
    CHECK(receipt.spooled.empty());
    CHECK(receipt.wrote());
    const auto id = split_token_id("ann@pve!ci");
    CHECK(world.pve.state.tokens.at(id).expire == Expiry::unconfirmed());
}

TEST_CASE("progress tells of every step, also of those that are left out", "[apply]") {
    World world;
    REQUIRE_FALSE(
        run(world, on("POST /access/groups", NetworkFault::unreachable)).receipt.is_complete()
    );
    REQUIRE(world.progress.lines.size() == 12);
    CHECK(world.progress.lines[0] == "started 1/10 create role Watcher");
    CHECK(world.progress.lines[1] == "done create role Watcher");
    CHECK(world.progress.lines[3] == "failed create group ops");
    CHECK(world.progress.lines[4] == "not attempted create user ann@pve");
}
