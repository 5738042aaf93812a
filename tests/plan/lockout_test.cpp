// The guard against lock-outs, in the end, on the way, and by an end that comes near: what trips
// it, what lets it pass, and near misses.

#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "catch.hpp"
#include "plan/guarded.hpp"

using namespace pveform;       // NOLINT: a test's own small world
using namespace pveform::test; // NOLINT

TEST_CASE("lock-out: the applier would lose its access in the end", "[plan]") {
    Case given{.document = "users: { ci@pve: { acl: [{ path: /, role: PVEAuditor }] } }"};
    const Lines blocks = blocks_of(given);
    CHECK(
        blocks ==
        Lines{"lockout: `ci@pve!apply`, which runs this plan, would lose `Group.Allocate` on "
              "`/access/groups`, `Permissions.Modify` on `/`, `Realm.Allocate` on `/access/realm`, "
              "`Realm.AllocateUser` on `/access/realm`, `Sys.Modify` on `/access`, `User.Modify` "
              "on `/access/groups` after: remove Administrator for ci@pve at /"}
    );
    given.allowances.lockout = true;
    CHECK(blocks_of(given).empty());
    given.allowances = {};
    given.document = "users: { ci@pve: { acl: [{ paths: [/, /vms], role: Administrator }] } }";
    CHECK(blocks_of(given).empty());
}

TEST_CASE("lock-out: a delegated administrator loses what it administers with", "[plan]") {
    const std::string roles = "role:Keeper:Permissions.Modify,VM.Allocate,VM.Audit:\n"
                              "role:Hand:Pool.Allocate,VM.Allocate,VM.Audit:\n"
                              "user:del@pve:1:0::::::\n"
                              "acl:1:/access:del@pve:PVEAuditor:\n"
                              "pool:web::101:::\n";
    const auto losses = [&](const std::string& rows, const std::string& wish) {
        const auto blocks = blocks_of(
            {.live = cluster(roles + rows),
             .document =
                 "users: { del@pve: { acl: [{ path: /access, role: PVEAuditor }" + wish + "] } }",
             .applier = "del@pve"}
        );
        Lines lockouts;
        for (const std::string& block : blocks) {
            if (block.starts_with("lockout: ")) {
                lockouts.push_back(block.substr(block.find("would lose ")));
            }
        }
        return lockouts;
    };
    const std::string pool = "acl:1:/pool/web:del@pve:Hand:\n";
    CHECK(
        losses("acl:1:/vms:del@pve:Keeper:\n", "") ==
        Lines{"would lose `Permissions.Modify` on `/vms` after: remove Keeper for del@pve at /vms"}
    );
    // What delegates on the pool, and, through the pool, on its guest.
    CHECK(
        losses(pool, "") ==
        Lines{"would lose `Pool.Allocate` on `/pool/web`, `VM.Allocate` on `/vms/101` after: "
              "remove Hand for del@pve at /pool/web"}
    );
    CHECK(losses(pool, ", { path: /pool/web, role: Hand }").empty());
    CHECK(losses("acl:1:/vms/102:del@pve:PVEVMUser:\n", "").empty()); // administers nothing
    // Hidden by the plan's own row at a path that nobody had spoken of.
    CHECK(
        losses(
            "acl:1:/vms:del@pve:Keeper:\n",
            ", { path: /vms, role: Keeper }, { path: /vms/200, role: PVEVMUser }"
        ) ==
        Lines{"would lose `Permissions.Modify` on `/vms/200` after: add PVEVMUser for del@pve at "
              "/vms/200"}
    );
    // Kept where it stands, and no longer inherited.
    CHECK(
        losses(
            "acl:1:/vms:del@pve:Keeper:\n", ", { path: /vms, role: Keeper, propagate: false }"
        ) ==
        Lines{"would lose `Permissions.Modify` below `/vms` after: add Keeper for del@pve at /vms"}
    );
    // More than what delegates is no loss of it.
    CHECK(losses("acl:1:/vms/102:del@pve:Hand:\n", ", { path: /vms/102, role: Keeper }").empty());
}

TEST_CASE("lock-out: many paths that would be lost are not all named", "[plan]") {
    std::string live = cluster("user:del@pve:1:0::::::\n");
    for (int i = 1; i <= 5; ++i) {
        live += fmt::format("acl:1:/pool/p{}:@hands:PVEPoolAdmin:\n", i);
    }
    const Case given{
        .live = live + "group:hands:del@pve:::\n",
        .document = "users: { del@pve: { groups: [] } }",
        .applier = "del@pve"};
    CHECK_THAT(
        blocks_of(given).front(),
        ContainsSubstring("`Pool.Allocate` on `/pool/p1` and on `/pool/p2` and on `/pool/p3` and 2 "
                          "other paths after: update user del@pve")
    );
}

TEST_CASE("lock-out: the applier disabled, expired, destroyed", "[plan]") {
    for (const char* document :
         {"users: { ci@pve: { enabled: false } }",
          "users: { ci@pve: { expire: 2001-01-01 } }",
          "users: { ci@pve: { tokens: { apply: { expire: 2001-01-01 } } } }",
          "users: { ci@pve: { tokens: {} } }",
          "absent: { users: [ci@pve] }"}) {
        INFO(document);
        Case given{.document = document};
        CHECK(
            plan_of(given).blocks.front().message.find("could no longer log in") !=
            std::string::npos
        );
        given.allowances.lockout = true;
        CHECK(blocks_of(given).empty());
    }
    CHECK(blocks_of({.document = "users: { ci@pve: { expire: 2099-01-01 } }"}).empty());
}

TEST_CASE(
    "lock-out: only a state in between would lock out, so that order is not taken", "[plan]"
) {
    // Administrator moves from the user to its group: the group's entry comes first.
    const Case given{
        .live = cluster("group:admins:ci@pve::\n"),
        .document = "groups: { admins: { acl: [{ path: /, role: Administrator }] } }\n"
                    "users: { ci@pve: { acl: [] } }"};
    CHECK(blocks_of(given).empty());
    CHECK(describe(plan_of(given).steps.front().command) == "add Administrator for @admins at /");
}

TEST_CASE("lock-out: a state in between that no order avoids", "[plan]") {
    // The row at / is hidden by another one at /access, which comes before the row that replaces
    // it.
    const Case given{
        .live = cluster(),
        .document = "roles: { Thin: { privileges: [VM.Audit] } }\n"
                    "users: { ci@pve: { acl: [{ path: /, role: Administrator }, "
                    "{ path: /access, role: Thin }] } }"};
    const Lines blocks = blocks_of(given);
    REQUIRE_FALSE(blocks.empty());
    CHECK_THAT(blocks.front(), ContainsSubstring("`Sys.Audit` on `/access`"));
}

TEST_CASE("lock-out: somebody must be left who administers", "[plan]") {
    Case given{
        .document = "users: { root@pam: { enabled: false }, ci@pve: { acl: [] } }",
        .applier = "root@pam!none"};
    CHECK_THAT(
        join(blocks_of(given), "; "),
        ContainsSubstring("nobody who can log in would hold `Permissions.Modify` on `/`")
    );
    given.document = "users: { root@pam: { enabled: false } }"; // ci@pve is left
    CHECK_THAT(join(blocks_of(given), "; "), !ContainsSubstring("nobody who can log in"));
}

TEST_CASE("lock-out: the last administrator hands over, whatever the names", "[plan]") {
    for (const char* heir : {"z@pve", "0@pve"}) {
        INFO(heir);
        const std::string live = fmt::format(
            "user:root@pam:0:0::::::\nuser:m@pve:1:0::::::\nuser:{}@pve:1:0::::::\n"
            "group:adm:m@pve:::\nacl:1:/:@adm:Administrator:\n",
            std::string(heir).substr(0, 1)
        );
        CHECK(lockouts_of({.live = live,
                           .document = fmt::format("groups: {{ adm: {{ members: [{}] }} }}", heir),
                           .applier = "root@pam!none"})
                  .empty());
    }
}

TEST_CASE("lock-out: a gateway would go on with the old secret of the applier", "[plan]") {
    Case given{
        .document = "users: { ci@pve: { tokens: { apply: {}, other: {} } } }",
        .allowances = {.lockout = true}, // no flag lets it pass
        .can_change_secret = false,
        .rotation = {.urgency = plan::Urgency::now, .nothing_else = true}};
    given.live += "token:ci@pve!other:0:0::\n";
    CHECK(
        blocks_of(given) ==
        Lines{"lockout: `ci@pve!apply` is the token that pveform runs with, and the gateway that "
              "adds its secret would go on with the old one, which PVE no longer takes"}
    );
    CHECK(help_of(given) == "give the token an `overlap`, or run this with another identity");

    given.rotation.tokens = {Glob{"ci@pve!other"}};
    CHECK(blocks_of(given).empty());
    given.rotation.tokens = {};
    given.applier = "root@pam";
    CHECK(blocks_of(given).empty());
    given.applier = "ci@pve!apply";
    given.can_change_secret = true;
    CHECK(blocks_of(given).empty());
}

TEST_CASE("lock-out: an end that the plan brings near", "[plan]") {
    const auto of = [](const char* document) { return Case{.document = document}; };
    // now is 2027-01-15T08:00:00Z
    for (const char* document :
         {"users: { ci@pve: { expire: 2027-01-15T08:03:00Z } }",
          "users: { ci@pve: { tokens: { apply: { expire: 2027-01-22T08:00:00Z } } } }"}) {
        INFO(document);
        Case given = of(document);
        const Lines blocks = blocks_of(given);
        REQUIRE(blocks.size() == 1);
        CHECK_THAT(
            blocks.front(),
            ContainsSubstring(
                "lockout: `ci@pve!apply`, which runs this plan, could no longer log in from "
                "2027-01-"
            )
        );
        CHECK(
            help_of(given) ==
            "let it stay for more than 7 days, or `--allow-lockout` if that is meant"
        );
        given.allowances.lockout = true;
        CHECK(blocks_of(given).empty());
    }
    // Later than a week, a token that is renewed, somebody else.
    for (const char* document :
         {"users: { ci@pve: { expire: 2027-01-22T08:00:01Z } }",
          "users: { ci@pve: { tokens: { apply: { lifetime: 12h } } } }",
          "users: { u1@pve: { expire: 2027-01-15T08:03:00Z } }"}) {
        INFO(document);
        CHECK(blocks_of(of(document)).empty());
    }
    // An end that is near and stays, or is moved on.
    const std::string soon = "user:root@pam:1:0::::::\nuser:ci@pve:1:1800000180::::::\n"
                             "acl:1:/:ci@pve:Administrator:\n";
    for (const char* document :
         {"users: { ci@pve: { comment: x } }", "users: { ci@pve: { expire: 2027-01-16 } }"}) {
        INFO(document);
        CHECK(blocks_of({.live = soon, .document = document, .applier = "ci@pve"}).empty());
    }
}

TEST_CASE("lock-out: the last administrator's end comes near", "[plan]") {
    const std::string live = "user:root@pam:0:0::::::\nuser:a@pve:1:0::::::\n"
                             "user:b@pve:1:1800000180::::::\nacl:1:/:a@pve,b@pve:Administrator:\n";
    Case given{
        .live = live,
        .document = "users: { a@pve: { expire: 2027-01-15T08:01:00Z } }",
        .applier = "root@pam!none"};
    CHECK(
        lockouts_of(given) ==
        Lines{"lockout: nobody who can log in would hold `Permissions.Modify` "
              "on `/` from 2027-01-15T08:03:00Z on"}
    );
    given.document = "users: { a@pve: { enabled: false } }"; // b@pve is left for three minutes
    CHECK(lockouts_of(given).size() == 1);
    given.allowances.lockout = true;
    CHECK(lockouts_of(given).empty());
    given.allowances = {};
    given.document = "users: { a@pve: { enabled: false }, b@pve: { expire: never } }";
    CHECK(lockouts_of(given).empty());
}
