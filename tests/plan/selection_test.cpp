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
    CHECK(changes_of(selection({"user:nobody@pve"})) == "");
}

TEST_CASE("what is pulled in is said", "[plan]") {
    const auto made = plan_of(selection({"user:ann@pve"}));
    REQUIRE(made);
    REQUIRE(made->notices.size() == 1);
    CHECK(
        made->notices.front().message ==
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

TEST_CASE("a selector names a kind that there is", "[plan]") {
    CHECK(plan::Selector::parse("user:*"));
    for (const char* text : {"", "user", "user:", "usr:x", "users:x"}) {
        INFO(text);
        CHECK_FALSE(plan::Selector::parse(text));
    }
    CHECK_THAT(plan::Selector::parse("usr:x").error(), ContainsSubstring("did you mean `user:…`?"));
}
