// Each guard: a plan that trips it, the same plan let through by exactly its flag or grant, and a
// near miss that passes.

#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "catch.hpp"
#include "desired/reading.hpp"
#include "formats/cluster_state.hpp"
#include "plan/plan.hpp"

using namespace pveform;       // NOLINT: a test's own small world
using namespace pveform::test; // NOLINT

namespace {

constexpr UnixSeconds now = 1'800'000'000;
constexpr const char* domains = "ldap: corp\n\tserver1 192.0.2.1\n\tbase_dn dc=x\n\tuser_attr uid\n"
                                "\tcase-sensitive 0\n";

/// ci@pve!apply administers everything; eight users and as many entries stand around.
std::string cluster(const std::string& more = "") {
    std::string text = "user:root@pam:1:0::::::\n"
                       "user:ci@pve:1:0::::::\n"
                       "token:ci@pve!apply:0:0::\n"
                       "group:ops:u1@pve:::\n"
                       "acl:1:/:ci@pve:Administrator:\n";
    for (int i = 1; i <= 8; ++i) {
        text += fmt::format("user:u{}@pve:1:0::::::\n", i);
    }
    for (int i = 1; i <= 12; ++i) {
        text += fmt::format("acl:1:/vms/{}:u1@pve:PVEVMUser:\n", 100 + i);
    }
    return text + more;
}

struct Case {
    std::string live = cluster();
    std::string document = {};
    plan::Allowances allowances = {};
    std::string applier = "ci@pve!apply";
};

plan::Plan plan_of(const Case& given) {
    auto made = plan::make_plan(
        formats::read_state(given.live, domains, Release{9, 2}),
        wanted(given.document),
        {.applier = {user_or_token(given.applier), true},
         .now = now,
         .allowances = given.allowances}
    );
    if (!made) {
        FAIL(render::diagnostics(made.error(), {}));
    }
    return std::move(*made);
}

/// `guard: message`, in order.
std::vector<std::string> blocks_of(const Case& given) {
    std::vector<std::string> lines;
    for (const plan::Block& block : plan_of(given).blocks) {
        lines.push_back(block.guard + ": " + block.message);
    }
    return lines;
}

/// Those of the lock-out guard alone.
std::vector<std::string> lockouts_of(const Case& given) {
    std::vector<std::string> lines = blocks_of(given);
    std::erase_if(lines, [](const std::string& line) { return !line.starts_with("lockout: "); });
    return lines;
}

std::string help_of(const Case& given) {
    const plan::Plan plan = plan_of(given);
    REQUIRE_FALSE(plan.blocks.empty());
    return plan.blocks.front().help;
}

using Lines = std::vector<std::string>;

} // namespace

TEST_CASE("mass destruction: more objects than the limit", "[plan]") {
    Case given{.document = "absent: { users: [u1@pve, u2@pve, u3@pve, u4@pve, u5@pve, u6@pve] }"};
    CHECK(
        blocks_of(given) ==
        Lines{"destroy: the plan takes away 6 objects, more than the limit of 5"}
    );
    CHECK(help_of(given) == "if that is meant: `--allow-destroy 6`");
    given.allowances.destroy = 6;
    CHECK(blocks_of(given).empty());
    given.allowances.destroy = 7; // not the plan that somebody looked at
    CHECK(help_of(given) == "if that is meant: `--allow-destroy 6` (not 7)");
    given.allowances = {};
    given.document = "absent: { users: [u1@pve, u2@pve, u3@pve, u4@pve, u5@pve] }";
    CHECK(blocks_of(given).empty());
    given.document += "\nlimits: { destroy: 4 }";
    CHECK(blocks_of(given).size() == 1);
}

TEST_CASE("mass destruction: disabling counts, cascades of what goes on purpose do not", "[plan]") {
    Case given{
        .document = "manage: { users: { prune: ['u?@pve'], action: disable } }\n"
                    "users: { u7@pve: {}, u8@pve: {} }"};
    CHECK(
        blocks_of(given) ==
        Lines{"destroy: the plan takes away 6 objects, more than the limit of 5"}
    );
    given.document = "absent: { users: [u1@pve] }"; // twelve entries go along
    CHECK(blocks_of(given).empty());
}

TEST_CASE("mass destruction: more entries than the limit", "[plan]") {
    Case given{.document = "users: { u1@pve: { acl: [{ path: /vms/101, role: PVEVMUser }] } }"};
    CHECK(
        blocks_of(given) ==
        Lines{"acl-removals: the plan takes away 11 ACL entries, more than the limit of 10"}
    );
    given.allowances.acl_removals = 11;
    CHECK(blocks_of(given).empty());
    given.allowances = {};
    given.document =
        "users: { u1@pve: { acl: [{ paths: [/vms/101, /vms/102], role: PVEVMUser }] } }";
    CHECK(blocks_of(given).empty());
}

TEST_CASE("mass destruction: a prune pattern that would be left with nothing", "[plan]") {
    Case given{
        .live = cluster("user:x1@pve:1:0::::::\nuser:x2@pve:1:0::::::\nuser:x3@pve:1:0::::::\n"),
        .document = "manage: { users: { prune: ['x*@pve'] } }"};
    CHECK(blocks_of(given) == Lines{"destroy: all 3 that `x*@pve` matches would go, none is left"});
    given.allowances.destroy = 3;
    CHECK(blocks_of(given).empty());
    given.allowances = {};
    given.document += "\nusers: { x3@pve: {} }";
    CHECK(blocks_of(given).empty());
}

TEST_CASE("mass destruction: a prune pattern that would leave nobody enabled", "[plan]") {
    const std::string four = "user:x1@pve:1:0::::::\nuser:x2@pve:1:0::::::\n"
                             "user:x3@pve:1:0::::::\nuser:x4@pve:0:0::::::\n";
    const std::string prune = "manage: { users: { prune: ['x*@pve'], action: disable } }";
    Case given{.live = cluster(four), .document = prune};
    CHECK( // x4 was disabled before
        blocks_of(given) ==
        Lines{"destroy: all 3 that `x*@pve` matches would go or be disabled, none is left"}
    );
    CHECK(help_of(given) == "if that is meant: `--allow-destroy 3`");
    given.allowances.destroy = 4;
    CHECK(help_of(given) == "if that is meant: `--allow-destroy 3` (not 4)");
    given.allowances.destroy = 3;
    CHECK(blocks_of(given).empty());
    given.allowances = {};
    given.document = prune + "\nusers: { x3@pve: {} }";
    CHECK(blocks_of(given).empty());
    given.document = prune + "\nusers: { x3@pve: { enabled: false } }"; // declared: not pruned
    CHECK(blocks_of(given).empty());
    given.document = prune + "\nabsent: { users: [x1@pve] }"; // one goes, two are disabled
    CHECK(blocks_of(given).size() == 1);
    given.document = prune;
    given.live = cluster("user:x1@pve:1:0::::::\nuser:x2@pve:1:0::::::\nuser:x3@pve:0:0::::::\n");
    CHECK(blocks_of(given).empty()); // two are too few
}

TEST_CASE("mass destruction: what goes along with something else empties no pattern", "[plan]") {
    std::string four;
    for (int i = 1; i <= 4; ++i) {
        four += fmt::format(
            "user:x{0}@pve:1:0::::::\ntoken:x{0}@pve!ci:0:0::\nacl:1:/pool/"
            "{0}:x{0}@pve:PVEAdmin:\n",
            i
        );
    }
    const std::string scopes = "manage: { acl: { prune: [{ path: '/pool/**' }] }, "
                               "tokens: { prune: ['x*@pve!*'] } }\n";
    Case given{
        .live = cluster(four),
        .document = scopes + "absent: { users: [x1@pve, x2@pve, x3@pve, x4@pve] }"};
    CHECK(blocks_of(given).empty());
    given.allowances = {.destroy = 4, .acl_removals = 0};
    CHECK(blocks_of(given).empty());
    // What goes on purpose counts, and by the number that is said.
    given.allowances = {};
    given.document = scopes + "absent: { users: [x1@pve] }";
    CHECK(
        blocks_of(given) ==
        Lines{
            "destroy: all 3 that `x*@pve!*` matches would go, none is left",
            "acl-removals: all 3 that `path /pool/**` matches would go, none is left"}
    );
    given.allowances = {.destroy = 4, .acl_removals = 3}; // one user, three tokens
    CHECK(blocks_of(given).empty());
    given.allowances.acl_removals = 0;
    CHECK(help_of(given) == "if that is meant: `--allow-acl-removals 3` (not 0)");
}

TEST_CASE("a number that was given is the number of the plan, also within the limits", "[plan]") {
    Case given{.document = "absent: { users: [u2@pve] }", .allowances = {.destroy = 2}};
    CHECK(
        blocks_of(given) ==
        Lines{"destroy: `--allow-destroy 2` is for another plan: the plan takes away 1 object"}
    );
    CHECK(help_of(given) == "if that is meant: `--allow-destroy 1`, or leave the flag out");
    given.allowances = {.destroy = 1};
    CHECK(blocks_of(given).empty());

    given.allowances = {.acl_removals = 3};
    CHECK(
        blocks_of(given) ==
        Lines{"acl-removals: `--allow-acl-removals 3` is for another plan: the plan takes away 0 "
              "ACL entries"}
    );
    given.allowances = {.cascades = 1};
    CHECK(
        blocks_of(given) ==
        Lines{"cascade: `--allow-cascade 1` is for another plan: PVE would also remove 0 foreign "
              "objects"}
    );
    given.allowances = {.acl_removals = 0, .cascades = 0};
    CHECK(blocks_of(given).empty());

    given.allowances = {.destroy = 4}; // beyond the limit one block says both
    given.document = "absent: { users: [u1@pve, u2@pve, u3@pve, u4@pve, u5@pve, u6@pve] }";
    CHECK(blocks_of(given).size() == 1);
    CHECK(help_of(given) == "if that is meant: `--allow-destroy 6` (not 4)");

    given.document = "users: { u1@pve: {} }"; // of a run that is repeated when all is done
    CHECK(blocks_of(given).empty());
}

TEST_CASE("cascades onto what is not ours need their own word", "[plan]") {
    Case given{
        .document =
            "absent: { users: [u1@pve] }\nmanage: { acl: { ignore: [{ path: /vms/101 }] } }"};
    CHECK(
        blocks_of(given) ==
        Lines{"cascade: PVE would also remove 1 object that this document ignores, protects or has "
              "no say in"}
    );
    CHECK(help_of(given) == "if that is meant: `--allow-cascade 1`");
    given.allowances.cascades = 1;
    CHECK(blocks_of(given).empty());
    given.allowances = {};
    given.document =
        "absent: { users: [u1@pve] }\nmanage: { acl: { ignore: [{ path: /vms/200 }] } }";
    CHECK(blocks_of(given).empty());
}

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

TEST_CASE("rights: what the applier may not do, with the grant that lets it", "[plan]") {
    const std::string weak = "user:bot@pve:1:0::::::\ntoken:bot@pve!ci:0:1::\n"
                             "acl:1:/access:bot@pve,bot@pve!ci:PVEAuditor:\n";
    Case given{.live = cluster(weak), .document = "groups: { new: {} }", .applier = "bot@pve!ci"};
    CHECK(
        blocks_of(given) ==
        Lines{"rights: PVE would not let `bot@pve!ci` create group new: it needs "
              "`Group.Allocate` on `/access/groups`"}
    );
    CHECK(
        help_of(given) == "grant it: pveum acl modify /access/groups --roles PVEUserAdmin --users "
                          "'bot@pve' --tokens 'bot@pve!ci'"
    );
    // Exactly that grant.
    given.live += "acl:1:/access/groups:bot@pve,bot@pve!ci:PVEUserAdmin:\n";
    CHECK(blocks_of(given).empty());
    // To the token alone it is of no use: its user must have it too.
    given.live = cluster(weak) + "acl:1:/access/groups:bot@pve!ci:PVEUserAdmin:\n";
    CHECK(blocks_of(given).size() == 1);
}

TEST_CASE("rights: several requests that lack the same are one refusal", "[plan]") {
    const Case given{
        .live = cluster("user:bot@pve:1:0::::::\n"),
        .document = "groups: { g1: {}, g2: {}, g3: {} }",
        .applier = "bot@pve"};
    CHECK(
        blocks_of(given) ==
        Lines{"rights: PVE would not let `bot@pve` create group g1 (and 2 other "
              "requests): it needs `Group.Allocate` on `/access/groups`"}
    );
}

TEST_CASE("rights: a group's administrator names a group in each update of a member", "[plan]") {
    const std::string delegate = "user:hd@pve:1:0::::::\n"
                                 "acl:1:/access/groups/ops:hd@pve:PVEUserAdmin:\n";
    const Case given{
        .live = cluster(delegate),
        .document = "users: { u1@pve: { comment: x } }",
        .applier = "hd@pve"};
    CHECK(blocks_of(given).empty());
    const plan::Plan plan = plan_of(given);
    const auto& fields = std::get<plan::UpdateUser>(plan.steps.front().command).fields;
    CHECK(fields.groups == std::set{GroupId{"ops"}});
    CHECK(fields.append_groups);
    // u2 is in no group of theirs.
    CHECK(
        blocks_of({.live = cluster(delegate),
                   .document = "users: { u2@pve: { comment: x } }",
                   .applier = "hd@pve"})
            .size() == 1
    );
}

TEST_CASE("size: user.cfg may not outgrow what PVE can hold", "[plan]") {
    std::string document = "users:\n";
    const std::string comment(2000, 'x');
    const auto with_users = [&](int count) {
        std::string text = "users:\n";
        for (int i = 0; i < count; ++i) {
            text += fmt::format("  many{}@pve: {{ comment: {} }}\n", i, comment);
        }
        return text;
    };
    const auto plan_with = [&](int live, const std::string& wish) {
        std::string text = cluster();
        for (int i = 0; i < live; ++i) {
            text += fmt::format("user:old{}@pve:1:0::::{}::\n", i, comment);
        }
        return plan_of({.live = text, .document = wish});
    };
    CHECK(plan_with(300, with_users(10)).notices.empty());
    const plan::Plan near = plan_with(450, with_users(10));
    CHECK(near.blocks.empty());
    REQUIRE(near.notices.size() == 1);
    CHECK_THAT(near.notices.front().message, ContainsSubstring("of the 1024 KiB"));
    const plan::Plan over = plan_with(510, with_users(20));
    REQUIRE(over.blocks.size() == 1);
    CHECK(over.blocks.front().guard == "size");
}

TEST_CASE("a name that differs only in case from one that is there is refused", "[plan]") {
    const auto made = plan::make_plan(
        formats::read_state(cluster("user:Dave@corp:1:0::::::\n"), domains, Release{9, 2}),
        wanted("users: { dave@corp: {} }"),
        {.now = now}
    );
    REQUIRE_FALSE(made);
    CHECK_THAT(made.error().front().message, ContainsSubstring("differs from `Dave@corp`"));
    CHECK(made.error().front().help == "write `Dave@corp`");
}
