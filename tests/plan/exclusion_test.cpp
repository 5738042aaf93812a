// What `--exclude` of a group means to its members.

#include "catch.hpp"
#include "desired/reading.hpp"
#include "plan/drift.hpp"
#include "plan/plan.hpp"
#include "plan/world.hpp"

using namespace pveform;       // NOLINT: a test's own small world
using namespace pveform::test; // NOLINT

namespace {

/// Group `ops` of ann, who is there with ben, and group `dev` of nobody.
State two_groups() {
    State live = empty_cluster();
    live.users[UserId{"ann@pve"}];
    live.users[UserId{"ben@pve"}];
    live.groups[GroupId{"ops"}].members = {UserId{"ann@pve"}, UserId{"gone@pve"}};
    live.groups[GroupId{"dev"}];
    live.acl[row("/vms", group("ops"), "PVEAuditor")] = {};
    return live;
}

Collected<plan::Plan> plan_without(const std::string& selector, const std::string& document) {
    plan::Selection selection;
    selection.excludes.push_back(*plan::Selector::parse(selector));
    return plan::make_plan(
        two_groups(), wanted(document), {.now = 1'800'000'000, .selection = selection}
    );
}

plan::Plan good_plan_without(const std::string& selector, const std::string& document) {
    auto made = plan_without(selector, document);
    if (!made) {
        FAIL(made.error().front().message);
    }
    return std::move(*made);
}

std::string error_without(const std::string& selector, const std::string& document) {
    const auto made = plan_without(selector, document);
    if (made) {
        return {};
    }
    CHECK(made.error().front().kind == ErrorKind::usage);
    CHECK(made.error().front().help == "exclude both, or neither");
    return made.error().front().message;
}

} // namespace

TEST_CASE("an excluded group keeps its members whatever its list says", "[plan]") {
    plan::Plan plan = good_plan_without("group:ops", "groups: { ops: { members: [ben@pve] } }");
    CHECK(plan.is_empty());
    CHECK(plan.effective_access.affected.empty());
    CHECK(plan.part->left_out == 2);
    CHECK_FALSE(plan::drift_of(std::move(plan)).is_drifted());
}

TEST_CASE("the rest of what an excluded group's members are to be is planned", "[plan]") {
    const plan::Plan plan = good_plan_without(
        "group:ops",
        "groups: { ops: { members: [ben@pve, new@pve] }, dev: { members: [ben@pve] } }\n"
        "users: { ben@pve: { comment: B }, new@pve: {} }"
    );
    REQUIRE(plan.changes.size() == 2);
    CHECK(name_of(plan.changes[0].key) == "ben@pve");
    CHECK(plan.changes[0].fields.size() == 2); // comment and groups
    CHECK(name_of(plan.changes[1].key) == "new@pve");
    CHECK(plan.part->left_out == 3); // that ann leaves, and what is missing of these two
    CHECK(
        plan.after.groups.at(GroupId{"ops"}).members ==
        std::set<UserId>{UserId{"ann@pve"}, UserId{"gone@pve"}}
    );
    CHECK(plan.after.groups.at(GroupId{"dev"}).members == std::set<UserId>{UserId{"ben@pve"}});
}

TEST_CASE(
    "who is created does not join an excluded group that still names a former one", "[plan]"
) {
    const plan::Plan plan = good_plan_without(
        "group:ops", "groups: { ops: { members: [ann@pve, gone@pve] } }\nusers: { gone@pve: {} }"
    );
    REQUIRE(plan.changes.size() == 1);
    CHECK(plan.after.groups.at(GroupId{"ops"}).members == std::set<UserId>{UserId{"ann@pve"}});
    CHECK(plan.effective_access.affected.empty());
}

TEST_CASE("a new group that is excluded waits for its members as well", "[plan]") {
    const plan::Plan plan = good_plan_without(
        "group:fresh",
        "groups: { fresh: { members: [ben@pve] } }\nusers: { ben@pve: { comment: B } }"
    );
    REQUIRE(plan.changes.size() == 1);
    CHECK(plan.changes.front().fields.size() == 1);
    CHECK_FALSE(plan.after.groups.contains(GroupId{"fresh"}));
}

TEST_CASE("an excluded group that a user's own list joins or leaves is a mistake", "[plan]") {
    CHECK(
        error_without("group:ops", "users: { ben@pve: { groups: [ops] } }") ==
        "user `ben@pve` joins group `ops`, which `--exclude` leaves out"
    );
    CHECK(
        error_without("group:ops", "users: { new@pve: { groups: [ops] } }") ==
        "user `new@pve` joins group `ops`, which `--exclude` leaves out"
    );
    CHECK(
        error_without("group:ops", "users: { gone@pve: { groups: [ops] } }") ==
        "user `gone@pve` joins group `ops`, which `--exclude` leaves out"
    );
    CHECK(
        error_without("group:o*", "users: { ann@pve: { groups: [dev] } }") ==
        "user `ann@pve` leaves group `ops`, which `--exclude` leaves out"
    );
    CHECK(
        good_plan_without("group:ops", "users: { ann@pve: { groups: [dev, ops] } }")
            .changes.size() == 1
    );
    CHECK(
        good_plan_without(
            "group:ops",
            "absent: { groups: [ops] }\n"
            "users: { ann@pve: { groups: [dev] } }"
        )
            .changes.size() == 1
    );
    CHECK(good_plan_without("group:dev", "users: { ann@pve: { groups: [] } }").changes.size() == 1);
}
