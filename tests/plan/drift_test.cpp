// Drift: whole reports as somebody would see them (`ACCEPT=1` writes them anew), and what counts as
// drift and what does not.

#include "plan/drift.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <tuple>

#include "catch.hpp"

#include "desired/parse.hpp"
#include "document/yaml.hpp"
#include "formats/cluster_state.hpp"
#include "plan/review.hpp"
#include "plan/world.hpp"
#include "render/drift_text.hpp"
#include "json/write.hpp"

using namespace pveform::test; // NOLINT: names of the test's own small world
using pveform::Expiry;
using pveform::State;
namespace desired = pveform::desired;
namespace plan = pveform::plan;
namespace render = pveform::render;

namespace {

constexpr pveform::UnixSeconds now = 1'800'000'000; // 2027-01-15

std::string contents(const std::string& path) {
    std::ifstream stream(path);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

State state_in(const std::string& path) {
    return pveform::formats::read_state(contents(path), "", {9, 2});
}

plan::Drift drift_from(const State& live, const desired::Document& document) {
    auto made = plan::make_plan(live, document, {.now = now, .purpose = plan::Purpose::look});
    REQUIRE(made.has_value());
    plan::review(*made, document, pveform::inventory_of(live, {}));
    return plan::drift_of(std::move(*made));
}

void check_golden(const std::string& folder, const std::string& text) {
    const std::string path = folder + "drift.txt";
    if (std::getenv("ACCEPT") != nullptr) {
        std::ofstream(path) << text;
    }
    CHECK(contents(path) == text);
}

std::vector<plan::DriftKind> kinds_of(const plan::Drift& drift) {
    std::vector<plan::DriftKind> kinds;
    for (const plan::DriftItem& item : drift.items) {
        kinds.push_back(item.kind);
    }
    return kinds;
}

/// A user with one token that ends at `expire`, and a document that gives it a lifetime of 90 days
/// and wants it renewed in the last 20.
plan::Drift drift_of_token(pveform::UnixSeconds expire) {
    constexpr std::int64_t day_s = 86400;
    State live = empty_cluster();
    live.users[pveform::UserId{"ci@pve"}] = {};
    live.tokens[pveform::split_token_id("ci@pve!x")].expire = Expiry{expire};
    desired::Document document;
    desired::Token& token = document.users[pveform::UserId{"ci@pve"}].tokens.emplace()["x"];
    token.lifetime = said(std::chrono::seconds(90 * day_s));
    token.renew_before = said(std::chrono::seconds(20 * day_s));
    return drift_from(live, document);
}

} // namespace

TEST_CASE("what was changed by hand is told item by item", "[plan]") {
    const std::string folder = PVEFORM_SOURCE_DIR "/tests/golden/drift_by_hand/";
    const auto tree = pveform::document::parse_yaml(
        std::make_shared<const pveform::SourceFile>("access.yaml", contents(folder + "input.yaml"))
    );
    REQUIRE(tree.has_value());
    const auto document = desired::parse({*tree});
    REQUIRE(document.has_value());
    const plan::Drift drift = drift_from(state_in(folder + "user.cfg"), *document);
    CHECK(drift.is_drifted());
    check_golden(
        folder,
        render::drift_text(
            drift,
            {{.cluster = "birch",
              .version = "9.2.11",
              .identity = "ci@pve!plan",
              .secrets_place = {}}},
            {}
        )
    );
}

TEST_CASE("what was changed since a snapshot is told without a document", "[plan]") {
    const std::string folder = PVEFORM_SOURCE_DIR "/tests/golden/drift_since/";
    const plan::Drift drift =
        plan::drift_since(state_in(folder + "before.cfg"), state_in(folder + "user.cfg"), now, {});
    CHECK(drift.is_drifted());
    check_golden(
        folder,
        render::drift_text(
            drift,
            {{.cluster = "birch",
              .version = "9.2.11",
              .identity = "ci@pve!plan",
              .secrets_place = {}},
             "monday.json, taken 2027-01-11T00:00:00Z"},
            {}
        )
    );
}

TEST_CASE("nothing drifted where nothing differs", "[plan]") {
    const State live = empty_cluster();
    CHECK_FALSE(drift_from(live, {}).is_drifted());
    CHECK_FALSE(plan::drift_since(live, live, now, {}).is_drifted());
}

TEST_CASE("a pool that got a member is drift of access alone", "[plan]") {
    State before = empty_cluster();
    before.users[pveform::UserId{"ann@pve"}] = {};
    before.pools[pveform::PoolId{"web"}].guests = {100};
    before.acl[row("/pool/web", user("ann@pve"), "PVEAuditor")] = {};
    State live = before;
    live.pools[pveform::PoolId{"web"}].guests.insert(101);
    const plan::Drift drift = plan::drift_since(before, live, now, {});
    CHECK(drift.items.empty());
    CHECK(drift.is_drifted());
}

TEST_CASE("a group that names another vanished user has changed since a snapshot", "[plan]") {
    const auto members_of = [](State & state, const char* group) -> auto& {
        return state.groups[pveform::GroupId{group}].members;
    };
    const pveform::UserId ann{"ann@pve"};
    const pveform::UserId ghost{"ghost@pve"};
    State before = empty_cluster();
    before.users[ann] = {};
    members_of(before, "ops") = {ann};
    before.groups[pveform::GroupId{"dev"}].comment = "Dev";
    State live = before;
    members_of(live, "ops").insert(ghost);
    for (const auto& [then, now_there, expected, found] :
         {std::tuple(before, live, R"(["ann@pve"])", R"(["ann@pve","ghost@pve"])"),
          std::tuple(live, before, R"(["ann@pve","ghost@pve"])", R"(["ann@pve"])")}) {
        const plan::Drift drift = plan::drift_since(then, now_there, now, {});
        REQUIRE(kinds_of(drift) == std::vector{plan::DriftKind::changed});
        CHECK(name_of(drift.items.front().key) == "ops");
        REQUIRE(drift.items.front().fields.size() == 1);
        CHECK(drift.items.front().fields.front().name == "members");
        CHECK(pveform::json::dump(drift.items.front().fields.front().expected) == expected);
        CHECK(pveform::json::dump(drift.items.front().fields.front().live) == found);
    }
    // Beside another change of the group, and in its place among the others.
    live.groups[pveform::GroupId{"ops"}].comment = "new";
    live.groups.erase(pveform::GroupId{"dev"});
    live.groups[pveform::GroupId{"web"}];
    const plan::Drift both = plan::drift_since(before, live, now, {});
    REQUIRE(both.items.size() == 3);
    CHECK(name_of(both.items[1].key) == "ops");
    CHECK(both.items[1].fields.size() == 2);
    // What is said of users is said once.
    State joined = before;
    members_of(joined, "dev").insert(ann);
    const plan::Drift of_user = plan::drift_since(before, joined, now, {});
    REQUIRE(of_user.items.size() == 1);
    CHECK(kind_of(of_user.items.front().key) == pveform::ObjectKind::user);
    State gone = before;
    gone.users.erase(ann); // as a directory's sync leaves it
    CHECK(plan::drift_since(before, gone, now, {}).items.size() == 1);
}

TEST_CASE("pools that somebody else does not see are not compared", "[plan]") {
    State seen = empty_cluster();
    seen.users[pveform::UserId{"ann@pve"}] = {};
    seen.acl[row("/pool/web", user("ann@pve"), "PVEAuditor")] = {};
    seen.acl[row("/pool/db", user("ann@pve"), "PVEAuditor")] = {};
    State hidden = seen;
    seen.pools[pveform::PoolId{"web"}].guests = {100};
    seen.pools[pveform::PoolId{"db"}].guests = {200};
    const std::set<pveform::AclPath> nowhere;
    const std::set<pveform::AclPath> all = {pveform::AclPath{"/pool"}};
    CHECK(plan::drift_since(seen, hidden, now, nowhere).is_drifted());
    for (const auto& [before, live] : {std::pair(seen, hidden), std::pair(hidden, seen)}) {
        const plan::Drift drift = plan::drift_since(before, live, now, all);
        CHECK_FALSE(drift.is_drifted());
        REQUIRE(drift.notices.size() == 1);
        CHECK(drift.notices.front().message.contains("`/pool`"));
    }

    hidden.pools[pveform::PoolId{"web"}].guests = {100};
    CHECK_FALSE(plan::drift_since(seen, hidden, now, all).is_drifted());
    hidden.pools[pveform::PoolId{"web"}].guests = {100, 101}; // seen both times
    CHECK(plan::drift_since(seen, hidden, now, all).is_drifted());
    CHECK(plan::drift_since(seen, hidden, now, {pveform::AclPath{"/pool/web"}}).is_drifted());
}

TEST_CASE("a token that is due is information until half of its renewal time is spent", "[plan]") {
    constexpr pveform::UnixSeconds day_s = 86400;
    CHECK(drift_of_token(now + 30 * day_s).items.empty());

    const plan::Drift due = drift_of_token(now + 20 * day_s);
    REQUIRE(kinds_of(due) == std::vector{plan::DriftKind::expiring});
    CHECK(due.items.front().is_information);
    CHECK(due.count(plan::DriftKind::expiring) == 0);
    CHECK_FALSE(due.is_drifted());

    CHECK_FALSE(drift_of_token(now + 10 * day_s + 1).is_drifted());
    const plan::Drift late = drift_of_token(now + 10 * day_s);
    CHECK(late.is_drifted());
    CHECK(late.count(plan::DriftKind::expiring) == 1);
    CHECK(late.items.front().reason.contains("overdue"));
    CHECK(drift_of_token(now - 1).items.front().reason.starts_with("expired"));
}

TEST_CASE("a token whose secret was never stored is drift", "[plan]") {
    const plan::Drift drift = drift_of_token(Expiry::unconfirmed().seconds);
    REQUIRE(kinds_of(drift) == std::vector{plan::DriftKind::expiring});
    CHECK(drift.is_drifted());
    CHECK(drift.current_tokens.empty());
}

TEST_CASE("a plan that is only looked at has no requests, and no guard says a word", "[plan]") {
    State live = empty_cluster();
    desired::Document document;
    for (int i = 0; i < 20; ++i) {
        const pveform::UserId id{"svc-" + std::to_string(i) + "@pve"};
        live.users[id] = {};
        document.absent.users[id] = {};
    }
    document.limits.destroy.value = 5;
    const auto plan = plan::make_plan(live, document, {.now = now});
    REQUIRE(plan.has_value());
    CHECK_FALSE(plan->blocks.empty());

    const plan::Drift drift = drift_from(live, document);
    CHECK(drift.blocks.empty());
    CHECK(drift.count(plan::DriftKind::unmanaged) == 20);
}

TEST_CASE("the access that drifted is the plan's, turned round", "[plan]") {
    State live = empty_cluster();
    live.users[pveform::UserId{"ann@pve"}] = {};
    live.acl[row("/vms", user("ann@pve"), "PVEAuditor")] = {};
    desired::Document document;
    document.users[pveform::UserId{"ann@pve"}].acl.emplace();
    const plan::Drift drift = drift_from(live, document);
    REQUIRE(drift.deviation.effective_access.affected.size() == 1);
    const auto& shifts = drift.deviation.effective_access.affected.front().shifts;
    REQUIRE_FALSE(shifts.empty());
    CHECK(shifts.front().gained != pveform::access::PrivilegeSets::empty);
    CHECK(shifts.front().lost == pveform::access::PrivilegeSets::empty);
}

TEST_CASE("of a part of the document only that part's tokens are looked at", "[plan]") {
    State live = empty_cluster();
    desired::Document document;
    for (const char* id : {"ci@pve", "cd@pve"}) {
        live.users[pveform::UserId{id}] = {};
        live.tokens[pveform::TokenId{pveform::UserId{id}, "x"}].expire = Expiry{now + 1};
        desired::Token& token = document.users[pveform::UserId{id}].tokens.emplace()["x"];
        token.lifetime = said(std::chrono::seconds(1000));
        token.renew_before = said(std::chrono::seconds(100));
    }
    auto selector = plan::Selector::parse("token:ci@*");
    REQUIRE(selector.has_value());
    auto made = plan::make_plan(
        live, document, {.now = now, .selection = {{*selector}, {}}, .purpose = plan::Purpose::look}
    );
    REQUIRE(made.has_value());
    const plan::Drift drift = plan::drift_of(std::move(*made));
    REQUIRE(drift.items.size() == 1);
    CHECK(name_of(drift.items.front().key) == "ci@pve!x");
    CHECK(
        drift.notices.front().message ==
        "only a part is compared (`--target token:ci@*`): 1 other difference is left out"
    );
}
