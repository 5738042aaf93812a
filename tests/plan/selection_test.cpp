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
        names.push_back(text_of(change.key));
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
    CHECK(name_of(turn->changes.front().key) == "cat@pve!turn-a");
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

TEST_CASE("where nothing is left out, nothing is said of it", "[plan]") {
    const auto made = plan_of(selection({"user:*", "group:*", "role:*", "token:*", "acl:*"}));
    REQUIRE(made);
    CHECK_THAT(made->notices.front().message, ContainsSubstring("only a part is planned"));
    CHECK_THAT(made->notices.front().message, !ContainsSubstring("left out"));
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
    CHECK(name_of(made->changes.front().key) == "old@pve");
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

TEST_CASE("what stands in the way of what is not chosen stands in nobody's way", "[plan]") {
    State live = empty_cluster();
    live.users[UserId{"ann@pve"}];
    live.tokens[TokenId{UserId{"ann@pve"}, "ci"}];
    live.users[UserId{"old@pve"}];
    const auto guards_of = [&](const char* text, const plan::Selection& chosen) {
        const auto made =
            plan::make_plan(live, wanted(text), {.now = 1'800'000'000, .selection = chosen});
        REQUIRE(made);
        std::vector<std::string> guards;
        for (const plan::Block& block : made->blocks) {
            guards.push_back(block.guard);
        }
        return guards;
    };
    const std::vector<std::string> protection = {"protect"};
    for (const char* text :
         {"manage: { users: { prune: ['*@pve'], protect: [ann@pve] } }",
          "manage: { users: { prune: ['*@pve'] }, tokens: { protect: ['ann@pve!*'] } }"}) {
        CAPTURE(text);
        CHECK(guards_of(text, {}) == protection);
        CHECK(guards_of(text, selection({"user:ann@pve"})) == protection);
        CHECK(guards_of(text, selection({"user:old@pve"})).empty());
        CHECK(guards_of(text, selection({}, {"user:ann@pve"})).empty());
    }
}

TEST_CASE(
    "a token that takes turns is excluded by either name, with what is said of it", "[plan]"
) {
    State live = empty_cluster();
    live.users[UserId{"cat@pve"}];
    for (const char* name : {"turn-a", "other-a"}) { // due: one day is left
        live.tokens[TokenId{UserId{"cat@pve"}, name}] = {
            .privilege_separation = true, .expire = {1'800'000'000 + 86'400}, .comment = {}};
    }
    const auto plan_with = [&](const plan::Selection& chosen) {
        auto made = plan::make_plan(
            live,
            wanted("users: { cat@pve: { tokens: { turn: &t { lifetime: 90d, renew_before: 21d, "
                   "overlap: 14d, acl: [] }, other: *t } } }"),
            {.now = 1'800'000'000, .selection = chosen}
        );
        REQUIRE(made);
        return std::move(*made);
    };
    CHECK(plan_with({}).current_tokens.size() == 2);
    CHECK(plan_with({}).notices.size() == 2);
    for (const plan::Selection& chosen :
         {selection({}, {"token:cat@pve!turn"}),
          selection({}, {"token:cat@pve!turn-a"}),
          selection({"token:cat@pve!other"}),
          selection({"token:cat@pve!other-a"})}) {
        const plan::Plan plan = plan_with(chosen);
        REQUIRE(plan.current_tokens.size() == 1);
        CHECK(plan.current_tokens.front().declared.text() == "cat@pve!other");
        REQUIRE(plan.notices.size() == 2);
        CHECK_THAT(plan.notices.front().message, ContainsSubstring("`cat@pve!other` is due"));
        CHECK_THAT(plan.notices.back().message, ContainsSubstring("only a part is planned"));
    }
}

TEST_CASE("a group's written members come along with it, and nothing else of theirs", "[plan]") {
    State live = empty_cluster();
    for (const char* id : {"in@pve", "out@pve", "stays@pve"}) {
        live.users[UserId{id}];
    }
    live.groups[GroupId{"g2"}].members = {UserId{"out@pve"}, UserId{"stays@pve"}};
    live.groups[GroupId{"g3"}];
    const auto plan_with = [&](const plan::Selection& chosen) {
        auto made = plan::make_plan(
            live,
            wanted("groups: { g2: { members: [in@pve, stays@pve, new@pve] }, "
                   "g3: { members: [in@pve] } }\n"
                   "users: { in@pve: { comment: later }, new@pve: {}, stays@pve: { comment: x } }"),
            {.now = 1'800'000'000, .selection = chosen}
        );
        REQUIRE(made);
        return std::move(*made);
    };
    const plan::Plan made = plan_with(selection({"group:g2"}));
    REQUIRE(made.changes.size() == 3);
    CHECK(name_of(made.changes[0].key) == "in@pve");
    REQUIRE(made.changes[0].fields.size() == 1);
    CHECK(made.changes[0].fields[0].after == json::Value(json::Array{json::Value("g2")}));
    CHECK(name_of(made.changes[1].key) == "new@pve");
    CHECK(name_of(made.changes[2].key) == "out@pve");
    CHECK(made.part->left_out == 2); // the rest of in@pve, and stays@pve
    CHECK(
        made.after.groups.at(GroupId{"g2"}).members ==
        std::set<UserId>{UserId{"in@pve"}, UserId{"new@pve"}, UserId{"stays@pve"}}
    );
    std::vector<std::string> said;
    for (const plan::Notice& notice : made.notices) {
        said.push_back(notice.message);
    }
    said.erase(said.begin()); // that it is a part
    CHECK(
        said ==
        std::vector<std::string>{
            "group `g2` lists its members: that user `in@pve` joins it is part of this plan too",
            "group `g2` needs user `new@pve`: it is part of this plan too",
            "group `g2` lists its members: that user `out@pve` leaves it is part of this plan too"}
    );
    // Who is excluded stays out, and a group that is not chosen itself brings nobody along.
    CHECK(plan_with(selection({"group:g2"}, {"user:in@pve", "user:new@pve"})).changes.size() == 1);
    CHECK(plan_with(selection({"user:out@pve"})).changes.size() == 1);
    CHECK(plan_with(selection({"user:stays@pve"})).changes.size() == 1);
}

TEST_CASE("who is created comes without what is left of a former one", "[plan]") {
    State live = empty_cluster();
    live.roles[RoleId{"Gone"}] = role({"VM.Console"});
    live.acl[row("/", user("ghost@pve"), "Administrator")] = {};
    live.acl[row("/storage", user("ghost@pve"), "PVEAuditor")] = {};
    live.acl[row("/pool/x", user("ghost@pve"), "Gone")] = {};
    live.acl[row("/", group("ghosts"), "Administrator")] = {};
    live.groups[GroupId{"old"}].members = {UserId{"ghost@pve"}};
    live.acl[row("/vms", group("old"), "Administrator")] = {};
    const auto plan_with = [&](const plan::Selection& chosen) {
        return plan::make_plan(
            live,
            wanted("users: { ghost@pve: { comment: new hire, acl: [{ path: /vms/100, role: "
                   "PVEAuditor }, { path: /storage, role: PVEAuditor, propagate: false }] } }\n"
                   "groups: { ghosts: { acl: [] } }\n"
                   "absent: { groups: [old], roles: [Gone] }"),
            {.now = 1'800'000'000, .selection = chosen}
        );
    };
    const std::vector<std::string> leftovers = {
        "/ ghost@pve Administrator", "/pool/x ghost@pve Gone", "/storage ghost@pve PVEAuditor"};

    SECTION("a user's entries that go or differ come along, the others and its groups do not") {
        for (const plan::Selection& chosen :
             {selection({"user:ghost@pve"}),
              selection({"acl:/storage"}),
              selection({"user:ghost@pve"}, {"role:Gone", "group:old"})}) {
            const auto made = plan_with(chosen);
            REQUIRE(made);
            std::vector<std::string> rows;
            for (const plan::Change& change : made->changes) {
                if (std::holds_alternative<AclKey>(change.key)) {
                    rows.push_back(name_of(change.key));
                }
            }
            CHECK(rows == leftovers);
            CHECK(made->after.groups.at(GroupId{"old"}).members.empty());
        }
        const auto made = plan_with(selection({"user:ghost@pve"}));
        REQUIRE(made);
        REQUIRE(made->notices.size() == 5); // a part; three entries; suspended meanwhile
        CHECK(
            made->notices[1].message ==
            "user `ghost@pve` needs the change of acl `/ ghost@pve Administrator` (left of a "
            "former one): it is part of this plan too"
        );
        // Nothing is held on the way: created dead, and brought to life at the end.
        const auto* create = std::get_if<plan::CreateUser>(&made->steps.front().command);
        REQUIRE(create);
        CHECK(create->fields.expire == Expiry::suspended());
        const auto* revive = std::get_if<plan::UpdateUser>(&made->steps.back().command);
        REQUIRE(revive);
        CHECK(revive->fields.expire == Expiry::never());
    }
    SECTION("an entry that is to be added brings the user along, and so what is left") {
        const auto made = plan_with(selection({"acl:/vms/100"}));
        REQUIRE(made);
        CHECK_FALSE(made->after.acl.contains(row("/", user("ghost@pve"), "Administrator")));
    }
    SECTION("and a group's entries") {
        const auto made = plan_with(selection({"group:ghosts"}));
        REQUIRE(made);
        REQUIRE(made->changes.size() == 2);
        CHECK(name_of(made->changes[1].key) == "/ @ghosts Administrator");
    }
    SECTION("where one of them is excluded nobody is created") {
        const auto made = plan_with(selection({"user:ghost@pve"}, {"acl:/"}));
        REQUIRE_FALSE(made);
        CHECK(made.error().front().kind == ErrorKind::usage);
        CHECK(
            made.error().front().message ==
            "user `ghost@pve` needs the change of acl `/ ghost@pve Administrator` (left of a "
            "former one), which `--exclude` leaves out"
        );
        CHECK_FALSE(plan_with(selection({}, {"acl:/pool/x"})));
    }
}

TEST_CASE("a group's list brings no vanished member along that it no longer names", "[plan]") {
    State live = empty_cluster();
    live.users[UserId{"ann@pve"}];
    live.users[UserId{"ben@pve"}];
    live.groups[GroupId{"ops"}].members = {
        UserId{"ann@pve"}, UserId{"ben@pve"}, UserId{"ghost@pve"}};
    const auto plan_with = [&](const plan::Selection& chosen) {
        auto made = plan::make_plan(
            live,
            wanted("users: { ghost@pve: { comment: back }, ann@pve: {} }\n"
                   "groups: { ops: { members: [ann@pve] } }"),
            {.now = 1'800'000'000, .selection = chosen}
        );
        REQUIRE(made);
        return std::move(*made);
    };
    const plan::Plan group_alone = plan_with(selection({"group:ops"}));
    REQUIRE(group_alone.changes.size() == 1);
    CHECK(name_of(group_alone.changes.front().key) == "ben@pve");
    CHECK_FALSE(group_alone.after.users.contains(UserId{"ghost@pve"}));
    for (const plan::Selection& chosen :
         {selection({"user:ghost@pve"}), selection({"group:ops", "user:ghost@pve"})}) {
        const plan::Plan with_user = plan_with(chosen);
        CHECK(with_user.after.users.contains(UserId{"ghost@pve"}));
        CHECK_FALSE(with_user.after.groups.at(GroupId{"ops"}).members.contains(UserId{"ghost@pve"})
        );
    }
}

TEST_CASE("whom pruning disables is not disabled by the part that is a membership", "[plan]") {
    State live = empty_cluster();
    live.users[UserId{"ben@pve"}];
    live.groups[GroupId{"ops"}].members = {UserId{"ben@pve"}};
    const auto plan_with = [&](const plan::Selection& chosen) {
        auto made = plan::make_plan(
            live,
            wanted("manage: { users: { prune: ['*@pve'], action: disable } }\n"
                   "groups: { ops: { members: [] } }"),
            {.now = 1'800'000'000,
             .allowances = {.destroy = chosen.is_everything() ? 1 : 0},
             .selection = chosen}
        );
        REQUIRE(made);
        CHECK(made->blocks.empty());
        REQUIRE(made->changes.size() == 1);
        return std::move(*made);
    };
    const plan::Plan part = plan_with(selection({"group:ops"}));
    CHECK(part.changes.front().action == plan::Action::update);
    CHECK(part.changes.front().reason.empty());
    CHECK(part.changes.front().source.line == 3); // the group, not the pattern
    CHECK(part.destroyed == 0);
    CHECK(part.after.users.at(UserId{"ben@pve"}).enabled);
    const plan::Plan whole = plan_with({});
    CHECK(whole.changes.front().action == plan::Action::disable);
    CHECK(whole.destroyed == 1);
}

TEST_CASE("a selector names a kind that there is", "[plan]") {
    CHECK(plan::Selector::parse("user:*"));
    for (const char* text : {"", "user", "user:", "usr:x", "users:x"}) {
        INFO(text);
        CHECK_FALSE(plan::Selector::parse(text));
    }
    CHECK_THAT(plan::Selector::parse("usr:x").error(), ContainsSubstring("did you mean `user:…`?"));
}
