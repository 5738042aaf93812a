// From a live state and a document to changes: the ownership rules, one by one.

#include "plan/plan.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "catch.hpp"
#include "desired/reading.hpp"
#include "plan/world.hpp"

using namespace pveform::test; // NOLINT: names of the test's own small world
using pveform::Expiry;
using pveform::GroupId;
using pveform::Principal;
using pveform::Privilege;
using pveform::RoleId;
using pveform::State;
using pveform::TokenId;
using pveform::UserId;
namespace desired = pveform::desired;
namespace plan = pveform::plan;

namespace {

constexpr pveform::UnixSeconds now = 1'800'000'000;

plan::Plan plan_of(const State& live, const desired::Document& document) {
    auto made = plan::make_plan(live, document, {.now = now});
    if (!made) {
        FAIL(made.error().front().message);
    }
    return std::move(*made);
}

/// `create user ann@pve`, `update acl /vms @ops Alpha`.
std::vector<std::string> changes_of(const State& live, const desired::Document& document) {
    std::vector<std::string> lines;
    for (const plan::Change& change : plan_of(live, document).changes) {
        lines.push_back(fmt::format(
            "{} {} {}",
            to_string(change.action),
            to_string(kind_of(change.key)),
            name_of(change.key)
        ));
    }
    return lines;
}

std::vector<std::string> steps_of(const State& live, const desired::Document& document) {
    std::vector<std::string> lines;
    for (const plan::Step& step : plan_of(live, document).steps) {
        lines.push_back(describe(step.command));
    }
    return lines;
}

using Lines = std::vector<std::string>;

} // namespace

TEST_CASE("an empty document changes nothing", "[plan]") {
    State live = empty_cluster();
    live.users[UserId{"ann@pve"}];
    live.acl[row("/", user("ann@pve"), "PVEAuditor")];
    const plan::Plan plan = plan_of(live, {});
    CHECK(plan.is_empty());
    CHECK(plan.steps.empty());
    CHECK(
        plan.left_alone ==
        std::vector<pveform::ObjectKey>{UserId{"ann@pve"}, row("/", user("ann@pve"), "PVEAuditor")}
    );
}

TEST_CASE("a key that is left out is left alone", "[plan]") {
    State live = empty_cluster();
    live.users[UserId{"ann@pve"}].enabled = false;
    live.users[UserId{"ann@pve"}].comment = "by hand";
    live.tokens[TokenId{UserId{"ann@pve"}, "ci"}];
    live.groups[GroupId{"ops"}].members = {UserId{"ann@pve"}};
    live.acl[row("/", user("ann@pve"), "PVEAuditor")];
    desired::Document document;
    document.users[UserId{"ann@pve"}].email = said<std::string>("ann@example.com");

    CHECK(changes_of(live, document) == Lines{"update user ann@pve"});
    const plan::Plan plan = plan_of(live, document);
    REQUIRE(plan.changes.front().fields.size() == 1);
    CHECK(plan.changes.front().fields.front().name == "email");
    CHECK(plan.after.users.at(UserId{"ann@pve"}).comment == "by hand");
    CHECK_FALSE(plan.after.users.at(UserId{"ann@pve"}).enabled);
}

TEST_CASE("a written list is the whole list", "[plan]") {
    State live = empty_cluster();
    live.users[UserId{"ann@pve"}];
    live.users[UserId{"ben@pve"}];
    live.groups[GroupId{"ops"}].members = {UserId{"ann@pve"}};
    live.tokens[TokenId{UserId{"ann@pve"}, "old"}];
    live.acl[row("/vms", user("ann@pve"), "PVEAuditor")];
    live.acl[row("/vms", token("ann@pve!old"), "PVEAuditor")];
    desired::Document document;

    SECTION("memberships, from the user's side") {
        document.users[UserId{"ann@pve"}].groups.emplace();
        CHECK(changes_of(live, document) == Lines{"update user ann@pve"});
        CHECK(plan_of(live, document).after.groups.at(GroupId{"ops"}).members.empty());
    }
    SECTION("memberships, from the group's side") {
        document.groups[GroupId{"ops"}].members = listed({UserId{"ben@pve"}});
        CHECK(changes_of(live, document) == Lines{"update user ann@pve", "update user ben@pve"});
    }
    SECTION("tokens; PVE takes their rows along") {
        document.users[UserId{"ann@pve"}].tokens.emplace();
        CHECK(
            changes_of(live, document) ==
            Lines{"destroy token ann@pve!old", "cascade acl /vms ann@pve!old PVEAuditor"}
        );
        CHECK(steps_of(live, document) == Lines{"destroy token ann@pve!old"});
    }
    SECTION("ACL rows") {
        document.users[UserId{"ann@pve"}].acl = desired::AclList{wanted_row("/", "PVEAuditor")};
        CHECK(
            changes_of(live, document) ==
            Lines{"create acl / ann@pve PVEAuditor", "destroy acl /vms ann@pve PVEAuditor"}
        );
    }
}

TEST_CASE("privileges are compared as sets and changed in place", "[plan]") {
    State live = empty_cluster();
    live.roles[RoleId{"Deployer"}] = role({"VM.Audit", "VM.Console"});
    desired::Document document;
    document.roles[RoleId{"Deployer"}].privileges =
        listed({Privilege{"VM.Console"}, Privilege{"VM.Audit"}});
    CHECK(changes_of(live, document).empty());

    document.roles[RoleId{"Deployer"}].privileges =
        listed({Privilege{"VM.PowerMgmt"}, Privilege{"VM.Audit"}});
    CHECK(changes_of(live, document) == Lines{"update role Deployer"});
    // What goes, goes first; what comes, comes last.
    CHECK(steps_of(live, document).size() == 2);
}

TEST_CASE("a flag that differs is an update of the row, not a removal and an addition", "[plan]") {
    State live = empty_cluster();
    live.users[UserId{"ann@pve"}];
    live.acl[row("/vms", user("ann@pve"), "PVEAuditor")].propagate = false;
    desired::Document document;
    document.users[UserId{"ann@pve"}].acl = desired::AclList{wanted_row("/vms", "PVEAuditor")};
    CHECK(changes_of(live, document) == Lines{"update acl /vms ann@pve PVEAuditor"});
    CHECK(steps_of(live, document) == Lines{"add PVEAuditor for ann@pve at /vms"});
}

TEST_CASE("a token that was issued and never confirmed is re-issued", "[plan]") {
    State live = empty_cluster();
    live.users[UserId{"ann@pve"}];
    live.tokens[TokenId{UserId{"ann@pve"}, "ci"}].expire = Expiry::unconfirmed();
    desired::Document document;
    document.users[UserId{"ann@pve"}].tokens.emplace()["ci"];

    const plan::Plan plan = plan_of(live, document);
    REQUIRE(plan.changes.size() == 1);
    CHECK(plan.changes.front().action == plan::Action::rotate);
    CHECK(plan.changes.front().reason == "secret never stored: re-issue");
    CHECK(plan.tokens_to_issue() == std::vector{TokenId{UserId{"ann@pve"}, "ci"}});
    CHECK(plan.after.tokens.begin()->second.expire.is_never());

    SECTION("but one that the document does not own is left alone") {
        document.users[UserId{"ann@pve"}].tokens.reset();
        CHECK(changes_of(live, document).empty());
    }
}

TEST_CASE("rows are batched by path, flag and exactly equal role sets", "[plan]") {
    State live = empty_cluster();
    live.roles[RoleId{"Alpha"}] = role({"VM.Audit"});
    desired::Document document;
    for (const char* id : {"ann@pve", "ben@pve", "cat@pve"}) {
        live.users[UserId{id}];
        document.users[UserId{id}].acl = desired::AclList{wanted_row("/vms", "Alpha")};
    }
    CHECK(steps_of(live, document) == Lines{"add Alpha for ann@pve, ben@pve, cat@pve at /vms"});

    document.users[UserId{"cat@pve"}].acl->push_back(wanted_row("/vms", "PVEAuditor"));
    document.users[UserId{"ben@pve"}].acl->front().propagate = false;
    auto steps = steps_of(live, document);
    std::ranges::sort(steps);
    CHECK(
        steps ==
        Lines{
            "add Alpha for ann@pve at /vms",
            "add Alpha for ben@pve at /vms",
            "add Alpha, PVEAuditor for cat@pve at /vms",
        }
    );
}

TEST_CASE("everything is created in the order of dependence", "[plan]") {
    desired::Document document;
    document.roles[RoleId{"Deployer"}].privileges = listed({Privilege{"VM.Audit"}});
    document.groups[GroupId{"ops"}].acl = desired::AclList{wanted_row("/vms", "Deployer")};
    desired::User& ann = document.users[UserId{"ann@pve"}];
    ann.groups = listed({GroupId{"ops"}});
    ann.tokens.emplace()["ci"].acl = desired::AclList{wanted_row("/vms", "Deployer")};
    CHECK(
        steps_of(empty_cluster(), document) ==
        Lines{
            "create role Deployer",
            "create group ops",
            "create user ann@pve",
            "issue token ann@pve!ci",
            "add Deployer for @ops, ann@pve!ci at /vms",
        }
    );
}

TEST_CASE("additions to memberships are appended, so that nobody else's are lost", "[plan]") {
    State live = empty_cluster();
    live.users[UserId{"ann@pve"}];
    live.groups[GroupId{"dev"}].members = {UserId{"ann@pve"}};
    live.groups[GroupId{"ops"}];
    desired::Document document;
    document.users[UserId{"ann@pve"}].groups = listed({GroupId{"dev"}, GroupId{"ops"}});
    const plan::Plan grown = plan_of(live, document);
    const auto& added = std::get<plan::UpdateUser>(grown.steps.front().command).fields;
    CHECK(added.append_groups);
    CHECK(added.groups == std::set{GroupId{"ops"}});

    document.users[UserId{"ann@pve"}].groups = listed({GroupId{"ops"}});
    const plan::Plan moved = plan_of(live, document);
    const auto& replaced = std::get<plan::UpdateUser>(moved.steps.front().command).fields;
    CHECK_FALSE(replaced.append_groups);
    CHECK(replaced.groups == std::set{GroupId{"ops"}});
}

TEST_CASE("a user whose id has rows of a vanished namesake is dead until they are gone", "[plan]") {
    State live = empty_cluster();
    live.acl[row("/", user("ann@pve"), "Administrator")];
    desired::Document document;
    document.users[UserId{"ann@pve"}].acl = desired::AclList{wanted_row("/vms", "PVEAuditor")};
    CHECK(
        steps_of(live, document) ==
        Lines{
            "create user ann@pve",
            "add PVEAuditor for ann@pve at /vms",
            "remove Administrator for ann@pve at /",
            "update user ann@pve",
        }
    );
    const plan::Plan plan = plan_of(live, document);
    const auto& created = std::get<plan::CreateUser>(plan.steps.front().command).fields;
    CHECK(created.expire == Expiry::suspended());
    const auto& revived = std::get<plan::UpdateUser>(plan.steps.back().command).fields;
    CHECK(revived.expire == Expiry::never());
    REQUIRE(plan.notices.size() == 1);
    CHECK_THAT(plan.notices.front().message, ContainsSubstring("ann@pve"));
}

TEST_CASE("a user that an interrupted run left suspended is brought back", "[plan]") {
    State live = empty_cluster();
    live.users[UserId{"ann@pve"}].expire = Expiry::suspended();
    desired::Document document;
    CHECK(changes_of(live, document).empty());
    document.users[UserId{"ann@pve"}];
    CHECK(changes_of(live, document) == Lines{"update user ann@pve"});
    const plan::Plan plan = plan_of(live, document);
    CHECK(plan.after.users.at(UserId{"ann@pve"}).expire.is_never());
    CHECK(plan.changes.front().reason == "suspended by an interrupted run: brought back");
}

TEST_CASE("a user whom somebody expired by hand stays so where no expiry is written", "[plan]") {
    State live = empty_cluster();
    live.users[UserId{"ann@pve"}].expire = Expiry{1};
    desired::Document document;
    document.users[UserId{"ann@pve"}];
    CHECK(changes_of(live, document).empty());
    document.users[UserId{"ann@pve"}].expire = said(Expiry::never());
    CHECK(changes_of(live, document) == Lines{"update user ann@pve"});
    CHECK(plan_of(live, document).changes.front().reason.empty());
}

TEST_CASE("what the cluster does not have is refused, all of it together", "[plan]") {
    State live = empty_cluster();
    live.groups[GroupId{"ops"}];
    desired::Document document;
    document.roles[RoleId{"Deployer"}].privileges = listed({Privilege{"VM.Adit"}});
    document.roles[RoleId{"PVEAuditor"}];
    document.groups[GroupId{"ops"}].members = listed({UserId{"gone@pve"}});
    desired::User& ann = document.users[UserId{"ann@pbe"}];
    ann.groups = listed({GroupId{"op"}});
    ann.acl = desired::AclList{wanted_row("/vms/9", "PVEAuditor"), wanted_row("/", "PVEAudtor")};
    document.users[UserId{"dave@corp"}].initial_password = said(desired::PasswordSource{});

    const auto made = plan::make_plan(live, document, {.now = now});
    REQUIRE_FALSE(made);
    Lines lines;
    for (const pveform::Error& error : made.error()) {
        CHECK(error.kind == pveform::ErrorKind::document);
        lines.push_back(error.message + " | " + error.help);
    }
    std::ranges::sort(lines);
    CHECK(
        lines ==
        Lines{
            "PVE 9.2 knows no privilege `VM.Adit` | did you mean `VM.Audit`?",
            "PVE 9.2 takes no ACL entry at `/vms/9` | paths are `/`, `/access…`, `/nodes/NODE`, "
            "`/vms/ID` (from 100 on), `/storage/ID`, `/pool/POOL`, `/sdn/…`, `/mapping/…`",
            "`dave@corp` cannot have an initial password: realm `corp` is of type ldap | leave "
            "`initial_password` out; the directory knows the password",
            "role `PVEAuditor` is built into PVE and cannot be changed | declare a role of another "
            "name",
            "unknown group `op` | did you mean `ops`?",
            "unknown realm `pbe` | did you mean `pve`?",
            "unknown role `PVEAudtor` | did you mean `PVEAuditor`?",
            "unknown user `gone@pve` | it is neither declared in the document nor there in the "
            "cluster",
        }
    );
}

TEST_CASE("a mistake in a list that several hold is one mistake", "[plan]") {
    const auto refusals = [](const State& live, const std::string& document) {
        const auto made = plan::make_plan(live, wanted(document), {.now = now});
        REQUIRE_FALSE(made);
        Lines lines;
        for (const pveform::Error& error : made.error()) {
            lines.push_back(fmt::format("{} {}", error.span.line, error.message));
        }
        return lines;
    };
    State live = empty_cluster();
    live.users[UserId{"ann@pve"}];
    live.users[UserId{"ben@pve"}];
    const std::string rows = "acl: [{ path: /vms, role: Odd }, { path: /vms/9, role: PVEAuditor }]";
    const Lines both = {"2 unknown role `Odd`", "2 PVE 9.2 takes no ACL entry at `/vms/9`"};
    CHECK(
        refusals(
            live, "users: { ann@pve: { " + rows + ", tokens: { lab: { acl: same_as_user } } } }"
        ) == both
    );
    CHECK(
        refusals(
            live,
            "profiles: { p: { " + rows +
                " } }\n"
                "users: { ann@pve: { profile: p }, ben@pve: { profile: p } }"
        ) == both
    );
    live.tokens[pveform::split_token_id("ann@pve!dep-a")].expire =
        pveform::Expiry{now + 86'400 * 10};
    live.tokens[pveform::split_token_id("ann@pve!dep-b")].expire =
        pveform::Expiry{now + 86'400 * 80};
    CHECK(
        refusals(
            live,
            "users: { ann@pve: { tokens: { dep: { lifetime: 90d, renew_before: 21d, overlap: "
            "14d, " +
                rows + " } } } }"
        ) == both
    );
}

TEST_CASE("a path that no entry can stand at gets the one that was meant", "[plan]") {
    State live = empty_cluster();
    live.acl[row("/access/users", user("root@pam"), "PVEAuditor")]; // of an older PVE
    desired::Document document;
    document.users[UserId{"ann@pve"}].acl = desired::AclList{
        wanted_row("/vmz", "PVEAuditor"),
        wanted_row("/vmz/100", "PVEAuditor"),
        wanted_row("/access/user", "PVEAuditor")};
    const auto made = plan::make_plan(live, document, {.now = now});
    REQUIRE_FALSE(made);
    REQUIRE(made.error().size() == 3);
    CHECK(made.error()[0].help == "did you mean `/vms`?");
    CHECK(made.error()[1].help == "did you mean `/vms/100`?");
    CHECK_THAT(made.error()[2].help, !ContainsSubstring("/access/users")); // could not be added
}

TEST_CASE("a row at a path that today's PVE refuses is no error where it is live", "[plan]") {
    State live = empty_cluster();
    live.users[UserId{"ann@pve"}];
    live.acl[row("/access/users", user("ann@pve"), "PVEAuditor")];
    desired::Document document;
    document.users[UserId{"ann@pve"}].acl =
        desired::AclList{wanted_row("/access/users", "PVEAuditor")};
    CHECK(changes_of(live, document).empty());

    // Its flag cannot change: that is the request that adds an entry.
    live.acl[row("/access/users", user("ann@pve"), "PVEAuditor")].propagate = false;
    const auto made = plan::make_plan(live, document, {.now = now});
    REQUIRE_FALSE(made);
    REQUIRE(made.error().size() == 1);
    CHECK(
        made.error().front().message ==
        "PVE 9.2 takes no ACL entry at `/access/users`, so that the one that is there cannot change"
    );
    CHECK(made.error().front().help == "write `propagate: false`, or remove the entry");
    document.users[UserId{"ann@pve"}].acl->clear();
    CHECK(changes_of(live, document) == Lines{"destroy acl /access/users ann@pve PVEAuditor"});
}

TEST_CASE("a vanished member of a declared group is said, not planned", "[plan]") {
    State live = empty_cluster();
    live.groups[GroupId{"ops"}].members = {UserId{"gone@pve"}};
    desired::Document document;
    document.groups[GroupId{"ops"}].members.emplace();
    const plan::Plan plan = plan_of(live, document);
    CHECK(plan.is_empty());
    REQUIRE(plan.notices.size() == 1);
    CHECK_THAT(plan.notices.front().message, ContainsSubstring("gone@pve"));
}
