// A token gets a secret, and something goes wrong on the way: it works as before, or it is dead and
// the next plan sees it.

#include <string>

#include "apply/runs.hpp"
#include "model/grace.hpp"

using namespace pveform::test; // NOLINT: names of the test's own small world
using pveform::Expiry;
using pveform::Release;
using pveform::split_token_id;
using pveform::State;
using pveform::TokenId;
using pveform::UnixSeconds;
using pveform::apply::Outcome;
using pveform::apply::StepResult;
namespace desired = pveform::desired;
namespace plan = pveform::plan;

namespace {

const TokenId renewed = split_token_id("ben@pve!r1");
const std::string path_of_renewed = "/access/users/ben@pve/token/r1";
constexpr UnixSeconds now = 1'800'000'000; // a full hour
constexpr UnixSeconds former = now + 5 * day_s;
constexpr UnixSeconds whole = now + 90 * day_s;

/// One token, which is due.
World world_with_due_token(Release release = {9, 2}) {
    State state = empty_cluster();
    state.release = release;
    state.users[renewed.user];
    state.tokens[renewed].expire = {former};
    state.acl[row("/vms", token("ben@pve!r1"), "PVEAuditor")];
    desired::Document document;
    desired::User& ben = document.users[renewed.user];
    ben.tokens.emplace();
    (*ben.tokens)["r1"] = renewed_token({wanted_row("/vms", "PVEAuditor")});
    return World(std::move(state), std::move(document));
}

/// pveform runs with it.
World world_with_own_token() {
    World world = world_with_due_token();
    world.identity = renewed.text();
    return world;
}

Expiry expiry_of_renewed(const World& world) {
    return world.pve.state.tokens.at(renewed).expire;
}

std::string to_regenerate(UnixSeconds expire) {
    return fmt::format("PUT {} comment= expire={} privsep=1 regenerate=1", path_of_renewed, expire);
}

std::string to_expire(UnixSeconds expire) {
    return fmt::format("PUT {} expire={}", path_of_renewed, expire);
}

const StepResult& only_result(const Run& run) {
    REQUIRE(run.receipt.results.size() == 1);
    return run.receipt.results.front();
}

/// The next run gives it a secret that works.
void check_rerun_renews(World& world) {
    const Run rerun = run(world);
    CHECK(rerun.receipt.is_complete());
    CHECK(world.plan().is_empty());
    CHECK(expiry_of_renewed(world) == Expiry{whole});
    CHECK(world.pve.accepts(renewed, world.stored_secret(renewed), now));
}

} // namespace

TEST_CASE("a token that lives is marked as dead before its secret goes", "[apply]") {
    World world = world_with_due_token();
    REQUIRE(run(world).receipt.is_complete());
    CHECK(world.pve.executed() == Lines{to_expire(1), to_regenerate(1), to_expire(whole)});

    World older = world_with_due_token(Release{8, 4});
    REQUIRE(run(older).receipt.is_complete());
    CHECK(
        older.pve.executed() ==
        Lines{
            to_expire(1),
            "DELETE " + path_of_renewed,
            "POST " + path_of_renewed + " expire=1 privsep=1",
            "PUT /access/acl path=/vms propagate=1 roles=PVEAuditor "
            "tokens=ben@pve!r1",
            to_expire(whole)}
    );
}

TEST_CASE("where PVE breaks off between secret and expiry, the next plan sees it", "[apply]") {
    struct Case {
        Release release;
        std::string request;
    };

    for (const Case& one :
         {Case{{9, 2}, to_regenerate(1)}, Case{{8, 4}, "DELETE " + path_of_renewed}}) {
        for (const NetworkFault fault : {NetworkFault::broken_off, NetworkFault::died_within}) {
            World world = world_with_due_token(one.release);
            const Run broken = run(world, on(one.request, fault));
            INFO(one.request << ", fault " << int(fault));
            CHECK(only_result(broken).outcome == Outcome::failed);
            CHECK(broken.receipt.wrote());
            CHECK_THAT(broken.words(), ContainsSubstring("is dead; the next apply gives it a new"));
            CHECK(expiry_of_renewed(world) == Expiry::unconfirmed());
            world.check_no_live_token_without_secret();
            check_rerun_renews(world);
        }
    }
}

TEST_CASE("a token whose renewal PVE refuses works as before", "[apply]") {
    struct Case {
        Release release;
        std::string request;
    };

    for (const Case& one :
         {Case{{9, 2}, to_regenerate(1)}, Case{{8, 4}, "DELETE " + path_of_renewed}}) {
        for (const NetworkFault fault : {NetworkFault::refused, NetworkFault::lock_timeout}) {
            World world = world_with_due_token(one.release);
            const Run refused = run(world, on(one.request, fault));
            INFO(one.request << ", fault " << int(fault));
            CHECK(world.pve.executed() == Lines{to_expire(1), to_expire(former)});
            CHECK(only_result(refused).outcome == Outcome::failed);
            CHECK(refused.receipt.wrote());
            CHECK_THAT(refused.words(), ContainsSubstring("has its old expiry back"));
            check_rerun_renews(world);
        }
    }
}

TEST_CASE("a token that cannot get its old expiry back is re-issued by the next run", "[apply]") {
    World world = world_with_due_token();
    const Run refused = run(world, [](const SmallPve::Request& request) {
        return request.words.starts_with("PUT") && request.words != to_expire(1)
                   ? std::optional(NetworkFault::refused)
                   : std::nullopt;
    });
    CHECK(refused.receipt.wrote());
    CHECK_THAT(refused.words(), ContainsSubstring("is dead; the next apply gives it a new secret"));
    CHECK(expiry_of_renewed(world) == Expiry::unconfirmed());
    check_rerun_renews(world);
}

TEST_CASE("a token that cannot be marked is left as it is", "[apply]") {
    World world = world_with_due_token();
    const Run refused = run(world, on(to_expire(1), NetworkFault::refused));
    CHECK(only_result(refused).outcome == Outcome::failed);
    CHECK_FALSE(refused.receipt.wrote());
    CHECK(world.pve.executed().empty());
    CHECK_FALSE(run(world, on(to_expire(1), NetworkFault::broken_off)).receipt.wrote());

    World half = world_with_due_token();
    CHECK(run(half, on(to_expire(1), NetworkFault::half_done)).receipt.wrote());
    check_rerun_renews(half);
}

TEST_CASE("our own token lives on, and it is said that its secret may be gone", "[apply]") {
    for (const NetworkFault fault :
         {NetworkFault::broken_off, NetworkFault::died_within, NetworkFault::lost_after}) {
        World world = world_with_own_token();
        const Run broken = run(world, on("PUT", fault));
        INFO("fault " << int(fault));
        CHECK(only_result(broken).outcome == Outcome::failed);
        CHECK(broken.receipt.wrote());
        CHECK_THAT(broken.words(), ContainsSubstring("may have been replaced by one that nobody"));
        CHECK_THAT(
            only_result(broken).error->help, ContainsSubstring("`pveform rotate ben@pve!r1`")
        );
        CHECK(world.pve.is_alive(renewed, now));
        CHECK(requests_about(world, " expire=1 ").empty());
    }
    World world = world_with_own_token();
    CHECK_FALSE(run(world, on("PUT", NetworkFault::refused)).receipt.wrote());
}

TEST_CASE("our own token lives for its grace by PVE's clock", "[apply]") {
    for (const UnixSeconds ahead : {UnixSeconds{0}, 3 * day_s, -3 * day_s}) {
        World world = world_with_own_token();
        world.pve_is_ahead_s = ahead;
        REQUIRE(run(world).receipt.is_complete());
        INFO("ahead by " << ahead);
        CHECK(
            world.pve.executed() ==
            Lines{to_regenerate(now + ahead + 3601), to_expire(whole + ahead)}
        );
        CHECK(world.pve.own_secret == world.stored_secret(renewed));
        const auto record = world.stored_record(renewed);
        REQUIRE(record);
        CHECK(*record->find("issued")->as_string() == pveform::format_rfc3339(now + ahead));
    }
}

TEST_CASE("our own token without a stored secret is re-issued by another identity", "[apply]") {
    World world = world_with_own_token();
    const auto receipt = world.apply([&] { world.files.fill_disk_of("/safe"); });
    CHECK(receipt.count(Outcome::failed) == 1);
    CHECK(expiry_of_renewed(world) == pveform::grace_from(now));
    world.files.empty_disk_of("/safe");

    world.identity = "root@pam!apply";
    const plan::Plan next = world.plan();
    REQUIRE(next.changes.size() == 1);
    CHECK(next.changes.front().reason == "secret never stored: re-issue");
    check_rerun_renews(world);
}

TEST_CASE("a token that somebody else renewed since the plan is left as it is", "[apply]") {
    for (const bool is_own : {false, true}) {
        World world = is_own ? world_with_own_token() : world_with_due_token();
        const auto receipt =
            world.apply([&] { world.pve.state.tokens.at(renewed).expire = {whole - 10}; });
        CHECK(receipt.count(Outcome::failed) == 1);
        CHECK_FALSE(receipt.wrote());
        CHECK(world.pve.executed().empty());
        CHECK(
            receipt.results.front().error->message ==
            "token `ben@pve!r1` was changed by somebody else since the plan was made: its expiry "
            "is 2027-04-15T07:59:50Z, and was 2027-01-20T08:00:00Z"
        );
        CHECK(world.plan().is_empty());
    }
}

TEST_CASE("what somebody else wrote to a token since the plan is not undone", "[apply]") {
    World world = world_with_due_token();
    const auto receipt =
        world.apply([&] { world.pve.state.tokens.at(renewed).comment = "by hand"; });
    CHECK(world.pve.executed().empty());
    CHECK(
        receipt.results.front().error->message ==
        "token `ben@pve!r1` was changed by somebody else since the plan was made: its comment is "
        "another one"
    );
}

TEST_CASE("a new expiry brings no token to life that somebody else is renewing", "[apply]") {
    World world = world_with_due_token();
    world.pve.state.tokens.at(renewed).expire = {now + 120 * day_s}; // is shortened
    const auto receipt =
        world.apply([&] { world.pve.state.tokens.at(renewed).expire = Expiry::unconfirmed(); });
    CHECK(receipt.count(Outcome::failed) == 1);
    CHECK_FALSE(receipt.wrote());
    CHECK(world.pve.executed().empty());
    CHECK(expiry_of_renewed(world) == Expiry::unconfirmed());
    check_rerun_renews(world);
}

TEST_CASE("a token that somebody else destroyed since the plan stays away", "[apply]") {
    World world = world_with_due_token();
    const auto receipt = world.apply([&] { world.pve.state.remove(renewed); });
    CHECK_FALSE(receipt.wrote());
    CHECK(
        receipt.results.front().error->message ==
        "token `ben@pve!r1` was destroyed by somebody else since the plan was made"
    );
}

TEST_CASE("a token that cannot be looked at is not renewed", "[apply]") {
    World world = world_with_due_token();
    const Run blind = run(world, on("GET " + path_of_renewed, NetworkFault::refused));
    CHECK(only_result(blind).outcome == Outcome::failed);
    CHECK_FALSE(blind.receipt.wrote());
    CHECK(world.pve.executed().empty());
    check_rerun_renews(world);
}

TEST_CASE("whether a request was executed is looked at, whatever PVE's front says", "[apply]") {
    for (const Release release : {Release{9, 2}, Release{8, 4}}) {
        for (const int nth : {1, 2, 3}) {
            World world = world_with_due_token(release);
            int writes = 0;
            const Run disowned = run(world, [&](const SmallPve::Request& request) {
                const bool is_it = !request.words.starts_with("GET") && ++writes == nth;
                return is_it ? std::optional(NetworkFault::disowned) : std::nullopt;
            });
            INFO("write " << nth << " of PVE " << release.text());
            world.check_no_live_token_without_secret();
            CHECK(world.pve.accepts(renewed, world.stored_secret(renewed), now));
            CHECK(disowned.receipt.is_complete());
        }
    }
    World world = world_with_due_token();
    const Run broken = run(world, on(to_regenerate(1), NetworkFault::disowned));
    CHECK_THAT(broken.words(), ContainsSubstring("is dead; the next apply gives it a new secret"));
    check_rerun_renews(world);

    World own = world_with_own_token();
    const Run replaced = run(own, on("PUT", NetworkFault::disowned));
    CHECK(replaced.receipt.wrote());
    CHECK_THAT(replaced.words(), ContainsSubstring("may have been replaced by one that nobody"));
}

TEST_CASE(
    "an ACL entry that somebody else gave is not lost where a token is made anew", "[apply]"
) {
    const auto key = row("/storage", token("ben@pve!r1"), "PVEDatastoreUser");
    World world = world_with_due_token(Release{8, 4});
    const auto receipt = world.apply([&] { world.pve.state.acl[key]; });
    CHECK(receipt.count(Outcome::failed) == 1);
    CHECK_FALSE(receipt.wrote());
    CHECK(world.pve.executed().empty());
    CHECK(world.pve.state.acl.contains(key));
    CHECK(
        receipt.results.front().error->message ==
        "token `ben@pve!r1` was given other ACL entries by somebody else since the plan was made"
    );

    World in_place = world_with_due_token();
    CHECK(in_place.apply([&] { in_place.pve.state.acl[key]; }).is_complete());
    CHECK(in_place.pve.state.acl.contains(key));
}

TEST_CASE("a stored secret whose token does not come to life is said to be dead", "[apply]") {
    World world = world_with_due_token();
    const Run refused = run(world, on(to_expire(whole), NetworkFault::refused));
    CHECK(only_result(refused).outcome == Outcome::failed);
    CHECK_THAT(
        refused.words(),
        ContainsSubstring("the secret of `ben@pve!r1` is stored, and the token is dead; the next "
                          "apply gives it another")
    );
    CHECK_FALSE(refused.receipt.own_secret_ends);
    check_rerun_renews(world);
}

TEST_CASE("our own new secret that will not live on is to be used until it ends", "[apply]") {
    World world = world_with_own_token();
    const Run refused = run(world, on(to_expire(whole), NetworkFault::refused));
    CHECK(only_result(refused).outcome == Outcome::failed);
    CHECK_THAT(
        refused.words(),
        ContainsSubstring("its old secret works no more, and the new one, which is stored, until "
                          "2027-01-15T09:00:01Z only")
    );
    CHECK(refused.receipt.own_secret_ends == pveform::grace_from(now));
    CHECK(world.pve.accepts(renewed, world.stored_secret(renewed), now));
    check_rerun_renews(world);
}
