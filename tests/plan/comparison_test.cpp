// Whether a plan still is the one that somebody approved.

#include "plan/comparison.hpp"

#include "catch.hpp"
#include "plan/world.hpp"

using namespace pveform::test; // NOLINT: names of the test's own small world
using pveform::Expiry;
using pveform::RoleId;
using pveform::State;
using pveform::UserId;
using pveform::desired::Document;
namespace desired = pveform::desired;
namespace plan = pveform::plan;

namespace {

using Lines = std::vector<std::string>;

plan::Plan plan_of(const State& live, const Document& document, pveform::UnixSeconds now = 1000) {
    auto made = plan::make_plan(live, document, {.now = now});
    if (!made) {
        FAIL(made.error().front().message);
    }
    return std::move(*made);
}

State cluster_with_ben() {
    State state = empty_cluster();
    state.users[UserId{"ben@pve"}];
    return state;
}

Document with_comment(const std::string& comment) {
    Document document;
    document.users[UserId{"ben@pve"}].comment = said(comment);
    return document;
}

} // namespace

TEST_CASE("a plan that is made again is the same, whatever else has changed", "[plan]") {
    State live = cluster_with_ben();
    const plan::Plan reviewed = plan_of(live, with_comment("new"));
    live.users[UserId{"zoe@pve"}]; // nobody speaks of it
    CHECK(plan::differences(reviewed, plan_of(live, with_comment("new"))).empty());
}

TEST_CASE("what came, went or differs is said", "[plan]") {
    State live = cluster_with_ben();
    const plan::Plan reviewed = plan_of(live, with_comment("new"));
    CHECK(
        plan::differences(reviewed, plan_of(live, Document())) ==
        Lines{"no longer: update user ben@pve"}
    );
    CHECK(
        plan::differences(plan_of(live, Document()), reviewed) == Lines{"new: update user ben@pve"}
    );
    live.users[UserId{"ben@pve"}].comment = "by somebody else";
    CHECK(
        plan::differences(reviewed, plan_of(live, with_comment("new"))) ==
        Lines{"not as shown: update user ben@pve: comment \"by somebody else\" → \"new\", and not "
              "nothing → \"new\""}
    );
}

TEST_CASE("a life time counts from whenever the plan is made", "[plan]") {
    const State live = cluster_with_ben();
    Document document;
    desired::User& ben = document.users[UserId{"ben@pve"}];
    ben.tokens.emplace();
    (*ben.tokens)["ci"].lifetime = said(std::chrono::seconds(1'000'000));
    (*ben.tokens)["ci"].renew_before = said(std::chrono::seconds(1000));
    const plan::Plan reviewed = plan_of(live, document, 1000);
    CHECK(plan::differences(reviewed, plan_of(live, document, 1500)).empty());
    (*ben.tokens)["ci"].lifetime = said(std::chrono::seconds(2'000'000));
    CHECK(
        plan::differences(reviewed, plan_of(live, document, 1500)) ==
        Lines{"not as shown: create token ben@pve!ci: expire nothing → \"1970-01-24T03:58:20Z\", "
              "and not nothing → \"1970-01-12T14:03:20Z\""}
    );
}

TEST_CASE("what it means to somebody is a part of the plan", "[plan]") {
    State live = cluster_with_ben();
    Document document;
    document.users[UserId{"ben@pve"}].acl = {wanted_row("/vms", "PVEAuditor")};
    const plan::Plan reviewed = plan_of(live, document);
    live.groups[pveform::GroupId{"ops"}].members = {UserId{"ben@pve"}};
    live.acl[row("/vms/7", group("ops"), "NoAccess")] = {}; // nobody's document speaks of it
    CHECK(
        plan::differences(reviewed, plan_of(live, document)) ==
        Lines{"not as shown: access of ben@pve on /vms/7 is unchanged, and not: gains Sys.Audit, "
              "VM.Audit"}
    );
    CHECK(
        plan::differences(plan_of(live, document), reviewed) ==
        Lines{"not as shown: access of ben@pve on /vms/7 gains Sys.Audit, VM.Audit, and not: is "
              "unchanged"}
    );
}

TEST_CASE("another action is another change", "[plan]") {
    State live = cluster_with_ben();
    Document document = with_comment("new");
    document.users[UserId{"new@pve"}];
    const plan::Plan reviewed = plan_of(live, document);
    live.users[UserId{"new@pve"}];
    document.users[UserId{"new@pve"}].enabled = said(false);
    CHECK(
        plan::differences(reviewed, plan_of(live, document)) ==
        Lines{"not as shown: update user new@pve, and not create"}
    );
}

TEST_CASE("what stands in the way is a part of the plan", "[plan]") {
    const State live = cluster_with_ben();
    const plan::Plan reviewed = plan_of(live, with_comment("new"));
    plan::Plan blocked = reviewed;
    blocked.blocks.push_back(
        {.guard = "lockout", .message = "nobody is left", .span = {}, .help = {}}
    );
    CHECK(plan::differences(reviewed, blocked) == Lines{"now blocked[lockout]: nobody is left"});
    CHECK(
        plan::differences(blocked, reviewed) == Lines{"no longer blocked[lockout]: nobody is left"}
    );
    plan::Plan twice = blocked;
    twice.blocks.push_back(blocked.blocks.front());
    CHECK(plan::differences(twice, twice).empty());
    CHECK(plan::differences(blocked, twice) == Lines{"now blocked[lockout]: nobody is left"});
}

TEST_CASE("what is let pass is a part of the plan", "[plan]") {
    const plan::Plan reviewed = plan_of(cluster_with_ben(), with_comment("new"));
    plan::Plan allowed = reviewed;
    allowed.allowed.push_back(
        {.guard = "lockout", .message = "nobody is left", .span = {}, .help = {}}
    );
    CHECK(
        plan::differences(reviewed, allowed) ==
        Lines{"not let pass when it was shown[lockout]: nobody is left"}
    );
    CHECK(
        plan::differences(allowed, reviewed) == Lines{"no longer let pass[lockout]: nobody is left"}
    );
    CHECK(plan::differences(allowed, allowed).empty());
}
