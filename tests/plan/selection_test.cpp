// Parts of plans: what is chosen, what that needs, and what stays out.

#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "catch.hpp"
#include "desired/reading.hpp"
#include "plan/plan.hpp"
#include "plan/world.hpp"

using namespace pveform;       // NOLINT: a test's own small world
using namespace pveform::test; // NOLINT

namespace {

constexpr const char* document = R"(
roles: { Deployer: { privileges: [VM.Audit] }, Other: { privileges: [] } }
groups: { ops: { acl: [{ path: /vms, role: Deployer }] }, dev: {} }
users:
  ann@pve: { groups: [ops], tokens: { ci: { acl: [{ path: /vms, role: Deployer }] } } }
  ben@pve: { comment: hello }
)";

plan::Selection
selection(const std::vector<std::string>& targets, const std::vector<std::string>& excludes = {}) {
    plan::Selection chosen;
    for (const std::string& text : targets) {
        chosen.targets.push_back(*plan::Selector::parse(text));
    }
    for (const std::string& text : excludes) {
        chosen.excludes.push_back(*plan::Selector::parse(text));
    }
    return chosen;
}

Collected<plan::Plan> plan_of(const plan::Selection& chosen) {
    return plan::make_plan(
        empty_cluster(), wanted(document), {.now = 1'800'000'000, .selection = chosen}
    );
}

std::string changes_of(const plan::Selection& chosen) {
    const auto made = plan_of(chosen);
    if (!made) {
        return made.error().front().message;
    }
    std::vector<std::string> names;
    for (const plan::Change& change : made->changes) {
        names.push_back(fmt::format("{}:{}", plan::kind_of(change.key), plan::name_of(change.key)));
    }
    return join(names, "; ");
}

} // namespace

TEST_CASE("a target is planned alone, with what it needs", "[plan]") {
    CHECK(changes_of(selection({"user:ben@pve"})) == "user:ben@pve");
    CHECK(changes_of(selection({"role:*"})) == "role:Deployer; role:Other");
    CHECK(changes_of(selection({"user:ann@*"})) == "group:ops; user:ann@pve");
    CHECK(
        changes_of(selection({"token:ann@pve!ci"})) == "group:ops; user:ann@pve; token:ann@pve!ci"
    );
    CHECK(
        changes_of(selection({"acl:@ops"})) == "role:Deployer; group:ops; acl:/vms @ops Deployer"
    );
    CHECK(
        changes_of(selection({"acl:/vms"})) ==
        "role:Deployer; group:ops; user:ann@pve; token:ann@pve!ci; acl:/vms @ops Deployer; "
        "acl:/vms ann@pve!ci Deployer"
    );
}

TEST_CASE("a selector that names nothing is a mistake", "[plan]") {
    const auto errors_of = [](const plan::Selection& chosen) {
        const auto made = plan_of(chosen);
        REQUIRE_FALSE(made);
        std::vector<std::string> lines;
        for (const Error& error : made.error()) {
            CHECK(error.kind == ErrorKind::usage);
            lines.push_back(error.message + "; " + error.help);
        }
        return lines;
    };
    CHECK(
        errors_of(selection({"user:ban@pve", "user:ben@pve"}, {"acl:/vmz"})) ==
        std::vector<std::string>{
            "`--target user:ban@pve` matches nothing: there is no such user, neither in the "
            "documents nor in the cluster; did you mean `user:ben@pve`?",
            "`--exclude acl:/vmz` matches nothing: there is no such ACL entry, neither in the "
            "documents nor in the cluster; did you mean `acl:/vms`?"}
    );
    CHECK_THAT(
        errors_of(selection({"group:zzzzzz*"})).front(),
        ContainsSubstring("; name what a plan without the flag shows")
    );
    // After an apply what it matched may be gone.
    plan::Selection later = selection({"user:nobody@pve"});
    later.may_match_nothing = true;
    CHECK(changes_of(later) == "");
}

TEST_CASE("a selector may name what is there and does not change", "[plan]") {
    State live = empty_cluster();
    live.users[UserId{"cat@pve"}];
    live.acl[row("/storage", user("cat@pve"), "PVEAuditor")];
    const auto plan_with = [&](const std::string& target) {
        return plan::make_plan(
            live,
            wanted("absent: { users: [gone@pve], tokens: ['cat@pve!gone'] }\n"
                   "users: { ben@pve: {}, cat@pve: { tokens: { turn: { lifetime: 90d, "
                   "renew_before: 21d, overlap: 14d, acl: [] } } } }"),
            {.now = 1'800'000'000, .selection = selection({target})}
        );
    };
    for (const char* target :
         {"user:cat@pve",
          "role:PVEAuditor",
          "acl:/storage",
          "acl:cat@pve",
          "user:gone@pve",
          "token:cat@pve!gone"}) {
        INFO(target);
        const auto made = plan_with(target);
        REQUIRE(made);
        CHECK(made->is_empty());
        CHECK(made->part->left_out == 2);
    }
    const auto turn = plan_with("token:cat@pve!turn"); // called `turn-a` there
    REQUIRE(turn);
    REQUIRE(turn->changes.size() == 1);
    CHECK(plan::name_of(turn->changes.front().key) == "cat@pve!turn-a");
}

TEST_CASE("a token that takes turns is chosen by its declared name for any change", "[plan]") {
    State live = empty_cluster();
    live.users[UserId{"cat@pve"}];
    live.tokens[TokenId{UserId{"cat@pve"}, "turn-a"}] = {
        .privilege_separation = true, .expire = {1'800'000'000 + 80 * 86'400}, .comment = "old"};
    const auto made = plan::make_plan(
        live,
        wanted("users: { cat@pve: { tokens: { turn: { lifetime: 90d, renew_before: 21d, "
               "overlap: 14d, comment: new, acl: [] } } } }"),
        {.now = 1'800'000'000, .selection = selection({"token:cat@pve!turn"})}
    );
    REQUIRE(made);
    REQUIRE(made->changes.size() == 1);
    CHECK(made->changes.front().fields.front().name == "comment");
}

TEST_CASE("what is pulled in is said", "[plan]") {
    const auto made = plan_of(selection({"user:ann@pve"}));
    REQUIRE(made);
    REQUIRE(made->notices.size() == 2);
    CHECK(
        made->notices.front().message ==
        "only a part is planned (`--target user:ann@pve`): 7 other changes are left out"
    );
    CHECK(
        made->notices.back().message ==
        "user `ann@pve` needs group `ops`: it is part of this plan too"
    );
}

TEST_CASE("what is excluded stays out, and may not be needed", "[plan]") {
    CHECK(
        changes_of(selection({}, {"acl:*", "token:*"})) ==
        "role:Deployer; role:Other; group:dev; group:ops; user:ann@pve; user:ben@pve"
    );
    CHECK(changes_of(selection({"role:*"}, {"role:O*"})) == "role:Deployer");
    CHECK(
        changes_of(selection({"user:ann@pve"}, {"group:ops"})) ==
        "user `ann@pve` needs group `ops`, which `--exclude` leaves out"
    );
}

TEST_CASE("a removal can be chosen as well", "[plan]") {
    State live = empty_cluster();
    live.users[UserId{"old@pve"}];
    live.users[UserId{"old2@pve"}];
    const auto made = plan::make_plan(
        live,
        wanted("manage: { users: { prune: ['old*'] } }"),
        {.now = 1'800'000'000, .selection = selection({"user:old@pve"})}
    );
    REQUIRE(made);
    REQUIRE(made->changes.size() == 1);
    CHECK(plan::name_of(made->changes.front().key) == "old@pve");
    CHECK(made->after.users.contains(UserId{"old2@pve"}));
}

TEST_CASE("what is excluded does not go as a cascade either", "[plan]") {
    State live = empty_cluster();
    live.users[UserId{"old@pve"}];
    live.users[UserId{"old2@pve"}];
    live.tokens[TokenId{UserId{"old@pve"}, "ci"}];
    live.acl[row("/pool/x", token("old@pve!ci"), "PVEAuditor")] = {};
    live.roles[RoleId{"Gone"}] = role({});
    live.acl[row("/vms", user("old2@pve"), "Gone")] = {};
    const auto errors_of = [&](const plan::Selection& chosen) {
        const auto made = plan::make_plan(
            live,
            wanted("absent: { users: [old@pve, old2@pve], roles: [Gone] }"),
            {.now = 1'800'000'000, .selection = chosen}
        );
        if (made) {
            return std::string();
        }
        CHECK(made.error().front().kind == ErrorKind::usage);
        return made.error().front().message;
    };
    CHECK(
        errors_of(selection({}, {"token:old@pve!ci"})) ==
        "destroying user `old@pve` takes token `old@pve!ci` along, which `--exclude` leaves out"
    );
    CHECK(
        errors_of(selection({}, {"acl:/pool/x"})) ==
        "destroying user `old@pve` takes acl `/pool/x old@pve!ci PVEAuditor` along, which "
        "`--exclude` leaves out"
    );
    CHECK_THAT(
        errors_of(selection({"role:Gone"}, {"acl:/vms"})),
        ContainsSubstring("destroying role `Gone` takes acl `/vms old2@pve Gone` along")
    );
    CHECK(errors_of(selection({}, {"token:old@pve!ci", "user:old@pve"})).empty());
    CHECK(errors_of(selection({"user:old2@pve"}, {"token:old@pve!ci"})).empty());
}

TEST_CASE("a selector names a kind that there is", "[plan]") {
    CHECK(plan::Selector::parse("user:*"));
    for (const char* text : {"", "user", "user:", "usr:x", "users:x"}) {
        INFO(text);
        CHECK_FALSE(plan::Selector::parse(text));
    }
    CHECK_THAT(plan::Selector::parse("usr:x").error(), ContainsSubstring("did you mean `user:…`?"));
}
