// PVE before 9.2 renews a secret by deleting and creating the token.
#include "catch.hpp"
#include "plan/renewal.hpp"

using namespace pveform;       // NOLINT: a test's own small world
using namespace pveform::test; // NOLINT

TEST_CASE("older PVE: rotation is refused where it could lose ACL entries", "[plan]") {
    State live = cluster({{"ci", start + day}}, {8, 4});
    live.acl[AclKey{AclPath{"/vms"}, Principal::of(plain), RoleId{"PVEAuditor"}}];
    const plan::Plan refused = plan_of(live, single, due());
    REQUIRE(refused.blocks.size() == 1);
    CHECK(refused.blocks.front().guard == "rotation");
    CHECK_THAT(
        refused.blocks.front().message,
        ContainsSubstring("ACL entries are not declared: `PVEAuditor` at `/vms`;")
    );

    const std::string declared =
        "users: { ann@pve: { tokens: { ci: { lifetime: 90d, renew_before: 21d, "
        "acl: [{ path: /vms, role: PVEAuditor }] } } } }";
    CHECK(plan_of(live, declared, due()).blocks.empty());
    live.acl.clear();
    CHECK(plan_of(live, single, due()).blocks.empty());
}

TEST_CASE("older PVE: rotation is refused where it could lose fields", "[plan]") {
    const auto message = [](const std::string& fields, const std::string& declared) {
        const State live = formats::read_state(
            fmt::format("user:ann@pve:1:0::::::\ntoken:ann@pve!ci:0:{}:\n", fields), "", {8, 4}
        );
        const plan::Plan plan = plan_of(
            live,
            fmt::format("users: {{ ann@pve: {{ tokens: {{ ci: {{{}}} }} }} }}", declared),
            now_of("*")
        );
        return plan.blocks.empty() ? std::string() : plan.blocks.front().message;
    };
    const std::string how =
        "PVE 8.4 renews the secret of `ann@pve!ci` only by deleting and creating "
        "the token, and its ";
    const std::string why = " not declared; an interruption would lose it";
    CHECK(message("0:hi", "") == how + "comment and its privilege separation are" + why);
    CHECK(message("0:hi", "comment: hi") == how + "privilege separation is" + why);
    CHECK(message("1:hi", "") == how + "comment is" + why);
    CHECK(message("0:hi", "comment: hi, privilege_separation: false").empty());
    CHECK(message("1:", "").empty());
}

TEST_CASE("older PVE: rotation is refused where an ACL entry could not be added again", "[plan]") {
    const std::string declared =
        "users: { ann@pve: { tokens: { ci: { lifetime: 90d, renew_before: 21d, acl: "
        "[{ path: /vms, role: PVEAuditor }, { path: /vms/99, role: PVEAuditor }] } } } }";
    const auto guards_on = [&](Release release, const std::string& document) {
        State live = cluster({{"ci", start + day}}, release);
        live.acl[AclKey{AclPath{"/vms"}, Principal::of(plain), RoleId{"PVEAuditor"}}] = {};
        live.acl[AclKey{AclPath{"/vms/99"}, Principal::of(plain), RoleId{"PVEAuditor"}}] = {};
        return plan_of(live, document, due()).blocks;
    };
    const auto refused = guards_on({8, 4}, declared);
    REQUIRE(refused.size() == 1);
    CHECK(refused.front().guard == "rotation");
    CHECK(
        refused.front().message ==
        "PVE 8.4 renews the secret of `ann@pve!ci` only by deleting and creating the token, and "
        "would not take back its ACL entry at `/vms/99`"
    );
    CHECK_THAT(
        refused.front().help,
        ContainsSubstring("`pveum acl delete /vms/99 --tokens 'ann@pve!ci' --roles PVEAuditor`")
    );
    // An entry that the plan removes is still there when the secret is renewed.
    CHECK(
        guards_on(
            {8, 4},
            "users: { ann@pve: { tokens: { ci: { lifetime: 90d, renew_before: 21d, acl: [] } } } }"
        )
            .size() == 1
    );
    CHECK(guards_on({9, 2}, declared).empty());
}

TEST_CASE("older PVE: an entry that the document may not declare would be lost, too", "[plan]") {
    State live = cluster({{"ci", start + day}}, {8, 4});
    const Principal token = Principal::of(plain);
    live.acl[AclKey{AclPath{"/vms"}, token, RoleId{"PVEAuditor"}}];
    live.acl[AclKey{AclPath{"/storage/local"}, token, RoleId{"PVEDatastoreUser"}}];
    const std::string document =
        "users: { ann@pve: { tokens: { ci: { lifetime: 90d, renew_before: 21d, "
        "acl: [{ path: /vms, role: PVEAuditor }] } } } }\n";
    const std::string border = "scope: { users: ['ann@pve'], acl: ['/vms/**', /vms] }";
    const plan::Rotation alone = {.urgency = plan::Urgency::due, .nothing_else = true};
    for (const plan::Rotation& rotation : {due(), alone}) {
        const plan::Plan refused = plan_of(live, document + border, rotation);
        REQUIRE(refused.blocks.size() == 1);
        CHECK_THAT(
            refused.blocks.front().message,
            ContainsSubstring(
                "ACL entries are not declared: `PVEDatastoreUser` at `/storage/local`;"
            )
        );
    }
    CHECK(plan_of(live, document + border).blocks.empty()); // no secret is renewed
    // Without the border the document takes it away; but not where it only rotates.
    CHECK(plan_of(live, document, due()).blocks.empty());
    CHECK(plan_of(live, document, alone).blocks.size() == 1);
    live.release = {9, 2};
    CHECK(plan_of(live, document + border, due()).blocks.empty());
}

TEST_CASE("older PVE: a token's comment cannot be cleared", "[plan]") {
    const std::string document =
        "users: { ann@pve: { tokens: { ci: { comment: '', privilege_separation: true } } } }";
    const auto planned = [&](const std::string& comment, Release release, bool anew = false) {
        const State live = formats::read_state(
            fmt::format("user:ann@pve:1:0::::::\ntoken:ann@pve!ci:0:1:{}:\n", comment), "", release
        );
        return try_plan(live, document, anew ? now_of("*") : plan::Rotation());
    };
    const auto refused = planned("hi", {9, 0});
    REQUIRE_FALSE(refused);
    REQUIRE(refused.error().size() == 1);
    CHECK(
        refused.error().front().message == "PVE 9.0 cannot clear the comment of token `ann@pve!ci`"
    );
    CHECK(refused.error().front().span.line == 2);
    CHECK(planned("hi", {9, 1}));
    CHECK(planned("", {9, 0}));
    CHECK(planned("hi", {8, 4}, true)); // deleted and created: the new one has none
}
