// Groups of a synced realm: who is in them is the directory's to say.

#include <string>
#include <vector>

#include "catch.hpp"
#include "desired/reading.hpp"
#include "plan/plan.hpp"
#include "plan/world.hpp"

using namespace pveform;       // NOLINT: a test's own small world
using namespace pveform::test; // NOLINT

namespace {

/// al comes from the directory, and bo was put into one of its groups by hand.
Collected<plan::Plan> plan_of(const std::string& document) {
    State live = empty_cluster();
    live.users[UserId{"al@corp"}];
    live.users[UserId{"bo@pve"}];
    live.groups[GroupId{"local"}].members = {UserId{"al@corp"}};
    live.groups[GroupId{"ops-corp"}].members = {UserId{"al@corp"}};
    live.groups[GroupId{"dev-corp"}].members = {UserId{"bo@pve"}, UserId{"gone@pve"}};
    return plan::make_plan(
        live, wanted("realms: { corp: { synced: true } }\n" + document), {.now = 1'800'000'000}
    );
}

std::vector<std::string> said_of(const std::string& document) {
    const auto made = plan_of(document);
    std::vector<std::string> lines;
    if (!made) {
        for (const Error& error : made.error()) {
            lines.push_back(error.message);
        }
        return lines;
    }
    for (const plan::Notice& notice : made->notices) {
        CHECK(notice.span);
        lines.push_back(notice.message);
    }
    return lines;
}

} // namespace

TEST_CASE("nobody is put into a directory's group who is not there", "[plan]") {
    const auto refusal = [](const std::string& user) {
        return std::vector<std::string>{
            "user `" + user +
            "` cannot join group `ops-corp`, which comes from the directory of realm `corp`"};
    };
    CHECK(said_of("users: { bo@pve: { groups: [ops-corp, dev-corp] } }") == refusal("bo@pve"));
    CHECK(said_of("users: { new@pve: { groups: [local, ops-corp] } }") == refusal("new@pve"));
    // Whom the group only names is no member.
    CHECK(said_of("users: { gone@pve: { groups: [dev-corp] } }").size() == 1);
    CHECK(
        said_of("users: { bo@pve: { groups: [opps-corp] } }").front() == "unknown group `opps-corp`"
    );
    const auto as_it_is = plan_of("users: { al@corp: { groups: [ops-corp, local] }, "
                                  "bo@pve: { groups: [dev-corp] } }");
    REQUIRE(as_it_is);
    CHECK(as_it_is->is_empty());
    CHECK(as_it_is->notices.empty());
}

TEST_CASE("a directory's group that is not there is not created", "[plan]") {
    const auto made = plan_of("groups: { new-corp: { acl: [{ path: /vms, role: PVEAuditor }] }, "
                              "ops-corp: { acl: [{ path: /vms, role: PVEAuditor }] } }");
    REQUIRE_FALSE(made);
    REQUIRE(made.error().size() == 1);
    CHECK(
        made.error().front().message == "group `new-corp` comes from the directory of realm `corp`"
    );
    CHECK(made.error().front().help == "sync the realm first: `pveum realm sync corp`");
}

TEST_CASE("a membership that only the directory can end is said to stay", "[plan]") {
    const auto made = plan_of("users: { bo@pve: { groups: [] }, al@corp: { groups: [] } }");
    REQUIRE(made);
    REQUIRE(made->changes.size() == 1); // al leaves `local`
    CHECK(made->after.groups.at(GroupId{"dev-corp"}).members.contains(UserId{"bo@pve"}));
    CHECK(
        said_of("users: { bo@pve: { groups: [] } }") ==
        std::vector<std::string>{
            "user `bo@pve` stays in group `dev-corp`, which comes from the directory of realm "
            "`corp`"}
    );
    CHECK(said_of("users: { al@corp: { groups: [local] } }").size() == 1);
    CHECK(said_of("users: { al@corp: {} }").empty());
    CHECK(said_of("manage: { groups: { ignore: ['*-corp'] } }\nusers: { bo@pve: { groups: [] } }")
              .empty());
}
