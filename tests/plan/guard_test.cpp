// Each guard: a plan that trips it, the same plan let through by exactly its flag or grant, and a
// near miss that passes. Lock-outs: lockout_test.cpp.

#include <string>
#include <vector>

#include <fmt/format.h>

#include "catch.hpp"
#include "plan/guarded.hpp"

using namespace pveform;       // NOLINT: a test's own small world
using namespace pveform::test; // NOLINT

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
              "no say in: the ACL entry of `u1@pve` at `/vms/101` (`PVEVMUser`)"}
    );
    CHECK(help_of(given) == "if that is meant: `--allow-cascade 1`");
    given.allowances.cascades = 1;
    CHECK(blocks_of(given).empty());
    given.allowances = {};
    given.document =
        "absent: { users: [u1@pve] }\nmanage: { acl: { ignore: [{ path: /vms/200 }] } }";
    CHECK(blocks_of(given).empty());
}

TEST_CASE("nothing takes the access of root@pam away", "[plan]") {
    Case given{.document = "users: { root@pam: { enabled: false } }"};
    CHECK(
        blocks_of(given) ==
        Lines{"protect: user `root@pam` is always protected and would be disabled"}
    );
    CHECK(
        help_of(given) == "leave the key out; what is meant all the same is done by hand, with "
                          "`pveum user modify root@pam`"
    );
    given.allowances = {.lockout = true}; // no flag lets it pass
    CHECK(blocks_of(given).size() == 1);
    given.document = "users: { root@pam: { expire: 2099-01-01 } }";
    CHECK(
        blocks_of(given) ==
        Lines{"protect: user `root@pam` is always protected and would expire 2099-01-01"}
    );
    for (const char* document :
         {"users: { root@pam: { comment: x, email: '', groups: [] } }",
          "users: { root@pam: { enabled: true, expire: never } }",
          "manage: { users: { prune: ['*@pam'], action: disable } }"}) {
        INFO(document);
        CHECK(blocks_of({.document = document}).empty());
    }
    // What somebody did by hand may be written down.
    std::string live = cluster();
    live.replace(live.find("root@pam:1:0"), 12, "root@pam:0:4070908800");
    for (const char* document :
         {"users: { root@pam: { enabled: false, expire: 2099-01-01, comment: x } }",
          "users: { root@pam: { enabled: true, expire: never } }"}) {
        INFO(document);
        CHECK(blocks_of({.live = live, .document = document}).empty());
    }
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
        help_of(given) ==
        "grant it: pveum acl modify /access/groups --roles PVEAuditor,PVEUserAdmin --users "
        "'bot@pve' --tokens 'bot@pve!ci'"
    );
    // Exactly that grant.
    given.live += "acl:1:/access/groups:bot@pve,bot@pve!ci:PVEUserAdmin:\n";
    CHECK(blocks_of(given).empty());
    // To the token alone it is of no use: its user must have it too.
    given.live = cluster(weak) + "acl:1:/access/groups:bot@pve!ci:PVEUserAdmin:\n";
    CHECK(blocks_of(given).size() == 1);
}

TEST_CASE("rights: who is not there applies nothing, and cannot be granted anything", "[plan]") {
    Case given{.document = "groups: { new: {}, other: {} }", .applier = "nobody@pve!ci"};
    CHECK(
        blocks_of(given) ==
        Lines{"rights: `nobody@pve!ci` cannot apply this plan: the cluster has no such token"}
    );
    CHECK_THAT(help_of(given), ContainsSubstring("create it first"));
    given.document = "users: { u1@pve: {} }"; // nothing to apply
    CHECK(blocks_of(given).empty());
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

TEST_CASE("rights: whoever follows the advice from the top down creates a role once", "[plan]") {
    const plan::Plan plan = plan_of(
        {.live = cluster("user:bot@pve:1:0::::::\nacl:1:/access:bot@pve:PVEAuditor:\n"),
         .document =
             "users: { u2@pve: { acl: [{ paths: [/storage, /nodes], role: PVEAuditor }] } }",
         .applier = "bot@pve"}
    );
    Lines advice;
    for (const plan::Block& block : plan.blocks) {
        advice.push_back(block.help);
    }
    CHECK(
        advice ==
        Lines{
            "grant it: pveum role add PermissionsModify --privs Permissions.Modify && "
            "pveum acl modify /nodes --roles PermissionsModify --users 'bot@pve'",
            "grant it: pveum acl modify /storage --roles PermissionsModify --users 'bot@pve'"}
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

TEST_CASE("two new names that differ only in case are refused", "[plan]") {
    const std::string document = "users: { Bob@corp: {}, bob@corp: {}, Bob@pve: {}, bob@pve: {} }";
    const State live = formats::read_state(cluster(""), domains, Release{9, 2});
    const auto made = plan::make_plan(live, wanted(document), {.now = now});
    REQUIRE_FALSE(made);
    REQUIRE(made.error().size() == 1); // realm pve tells them apart
    const Error& error = made.error().front();
    CHECK(
        error.message ==
        "users `Bob@corp` and `bob@corp` differ only in case, and realm `corp` does not tell them "
        "apart"
    );
    REQUIRE(error.related.size() == 1);
    CHECK(error.related.front().span.column < error.span.column);
    // One who is there already and one who is new are still one error.
    State with_bob = live;
    with_bob.users[UserId{"Bob@corp"}];
    const auto again = plan::make_plan(with_bob, wanted(document), {.now = now});
    REQUIRE_FALSE(again);
    CHECK(again.error().size() == 1);
}
