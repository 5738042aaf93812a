// Roles, of which a plan says only the names: by which it grants, and by which it describes access.

#include "saved/world.hpp"

using namespace pveform;       // NOLINT: a test's own small world
using namespace pveform::test; // NOLINT

TEST_CASE("a role by which the plan names access must still be what it was", "[saved]") {
    Making making;
    State& live = making.live;
    live.roles[RoleId{"Many"}] = role({"Sys.Audit", "VM.Allocate", "VM.Audit", "VM.Console"});
    live.acl[row("/vms", group("dev"), "Administrator")] = {};
    making.document.users[UserId{"ben@pve"}].acl = {wanted_row("/pool", "Many")};
    const saved::PlanFile file = saved_and_read(plan_of(making));
    CHECK(file.saved.plan.after.roles.contains(RoleId{"Many"}));
    live.roles[RoleId{"Many"}] = role({"VM.Audit"});
    const std::string lines = joined(saved::differences(file.saved, plan_of(making)));
    CHECK(lines.find("the privileges of role Many") != std::string::npos);
    CHECK(lines.find("access of ben@pve") != std::string::npos);
}

TEST_CASE("a role that is granted must still give what it gave, be it to nobody yet", "[saved]") {
    Making making;
    State& live = making.live;
    live.groups[GroupId{"empty"}];
    live.acl[row("/pool", group("empty"), "Doomed")] = {};
    making.document.groups[GroupId{"empty"}].acl = {
        wanted_row("/vms", "Spare"), wanted_row("/pool", "Doomed", false)};
    const saved::PlanFile file = saved_and_read(plan_of(making));
    CHECK(file.saved.plan.effective_access.affected.empty());
    CHECK(joined(saved::differences(file.saved, plan_of(making))).empty());
    for (const char* granted : {"Spare", "Doomed"}) {
        Making later = making;
        later.live.roles[RoleId{granted}] = role({"Permissions.Modify", "VM.Allocate"});
        CHECK(
            joined(saved::differences(file.saved, plan_of(later))) ==
            "not as shown: the privileges of role " + std::string(granted) +
                ", which the plan grants or describes access by\n"
        );
    }
    saved::PlanFile without = file;
    without.saved.plan.after.roles.erase(RoleId{"Spare"});
    CHECK(
        joined(saved::differences(without.saved, plan_of(making))).find("role Spare") !=
        std::string::npos
    );
}

TEST_CASE("a role that is only taken away may have changed", "[saved]") {
    Making making;
    making.live.groups[GroupId{"empty"}];
    making.live.acl[row("/vms", group("empty"), "Spare")] = {};
    making.document.groups[GroupId{"empty"}].acl.emplace();
    const saved::PlanFile file = saved_and_read(plan_of(making));
    making.live.roles[RoleId{"Spare"}] = role({"VM.Console"});
    CHECK(joined(saved::differences(file.saved, plan_of(making))).empty());
}
