// What a plan says of what goes along with what it destroys.

#include "render/plan_text.hpp"

#include "catch.hpp"

using namespace pveform; // NOLINT: a test's own small world
using plan::Action;

TEST_CASE("what goes with a token that goes with its user is counted at the user", "[render]") {
    const UserId metrics{"metrics@pve"};
    const TokenId exporter{metrics, "exporter"};
    const RoleId auditor{"PVEAuditor"};
    const std::vector<plan::FieldChange> grant = {
        {.name = "propagate", .before = json::Value(true), .after = {}}};
    plan::Plan plan;
    plan.changes = {
        {.action = Action::destroy, .key = metrics},
        {.action = Action::cascade, .key = exporter, .reason = "goes with user metrics@pve"},
        {.action = Action::cascade,
         .key = AclKey{AclPath{"/"}, Principal::of(metrics), auditor},
         .fields = grant,
         .reason = "goes with user metrics@pve"},
        {.action = Action::cascade,
         .key = AclKey{AclPath{"/"}, Principal::of(exporter), auditor},
         .fields = grant,
         .reason = "goes with token metrics@pve!exporter"},
        {.action = Action::destroy, .key = TokenId{UserId{"ann@pve"}, "ci"}},
        {.action = Action::cascade,
         .key = AclKey{AclPath{"/vms"}, Principal::of(TokenId{UserId{"ann@pve"}, "ci"}), auditor},
         .fields = grant,
         .reason = "goes with token ann@pve!ci"},
    };
    const std::string text = render::plan_text(plan, {}, {});
    CHECK_THAT(
        text, ContainsSubstring("PVE also removes: token metrics@pve!exporter, 2 ACL entries\n")
    );
    CHECK_THAT(text, ContainsSubstring("PVE also removes: 1 ACL entry\n"));
    CHECK_THAT(text, ContainsSubstring("3 removed along"));
}
