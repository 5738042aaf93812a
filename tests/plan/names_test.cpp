// Names that are nearly right: they would be without effect, and nobody would know.

#include <string>
#include <vector>

#include "catch.hpp"
#include "desired/reading.hpp"
#include "plan/plan.hpp"
#include "plan/world.hpp"

using namespace pveform;       // NOLINT: a test's own small world
using namespace pveform::test; // NOLINT

namespace {

/// A directory that does not tell names apart by case, and one that does.
State two_directories() {
    State live = empty_cluster();
    live.realms[RealmId{"corp"}] = Realm{"ad", {}, false};
    live.realms[RealmId{"exact"}] = Realm{"ldap", {}, true};
    live.users[UserId{"bob@corp"}];
    live.users[UserId{"admin@corp"}];
    live.users[UserId{"bob@exact"}];
    live.tokens[split_token_id("bob@corp!ci")];
    return live;
}

Collected<plan::Plan> plan_of(const std::string& document, const State& live) {
    return plan::make_plan(live, wanted(document), {.now = 1'800'000'000});
}

std::vector<std::string> errors_of(const std::string& document) {
    const auto made = plan_of(document, two_directories());
    std::vector<std::string> messages;
    for (const Error& error : made ? Errors() : made.error()) {
        CHECK(error.kind == ErrorKind::document);
        messages.push_back(error.message + "; " + error.help);
    }
    return messages;
}

} // namespace

TEST_CASE("a name that differs only in case from who is there is an error wherever", "[plan]") {
    const std::vector<std::string> bob = {
        "user `Bob@corp` differs from `bob@corp`, who is there, only in case, and realm `corp` "
        "does not tell them apart; write `bob@corp`"};
    for (const char* document :
         {"users: { Bob@corp: {} }",
          "absent: { users: [Bob@corp] }",
          "absent: { tokens: ['Bob@corp!ci'] }",
          "manage: { users: { protect: [Bob@corp] } }",
          "manage: { users: { prune: ['*@corp'], ignore: [Bob@corp] } }",
          "manage: { tokens: { protect: ['Bob@corp!ci'] } }",
          "manage: { tokens: { ignore: ['Bob@corp!ci'] } }",
          "manage: { acl: { ignore: [{ principal: Bob@corp }] } }",
          "manage: { acl: { ignore: [{ principal: 'Bob@corp!ci', path: /vms }] } }"}) {
        INFO(document);
        CHECK(errors_of(document) == bob);
    }
    CHECK(errors_of("absent: { users: [Bob@corp, ADMIN@corp] }").size() == 2);
}

TEST_CASE("a name in its own case, with a wildcard, or where case matters is none", "[plan]") {
    for (const char* document :
         {"absent: { users: [bob@corp] }",
          "absent: { users: [Bob@exact], tokens: ['BOB@exact!ci'] }",
          "absent: { users: [Eve@corp, Bob@nowhere] }",
          "manage: { users: { protect: ['Bob*', 'B?b@corp', admin@corp] } }",
          "manage: { acl: { ignore: [{ principal: '@Bob' }, { path: /vms }] } }"}) {
        INFO(document);
        CHECK(errors_of(document).empty());
    }
}

TEST_CASE("a rule for a realm that the cluster does not have is an error", "[plan]") {
    const std::string document = "realms: { crop: { synced: true }, ldap7: {} }\n"
                                 "manage: { users: { prune: ['*@corp'] } }";
    CHECK(
        errors_of(document) ==
        std::vector<std::string>{
            "unknown realm `crop`; did you mean `corp`?",
            "unknown realm `ldap7`; it is neither declared in the document nor there in the "
            "cluster"}
    );
    CHECK(errors_of("realms: { corp: { synced: true }, pve: {} }").empty());
    // Of a user.cfg alone nobody knows.
    CHECK(plan::make_plan(
        two_directories(), wanted(document), {.now = 1'800'000'000, .knows_realms = false}
    ));
}

TEST_CASE("a protection or an exception of nothing is noted", "[plan]") {
    State live = two_directories();
    live.groups[GroupId{"ops"}].members = {UserId{"left@pve"}};
    live.acl[row("/vms", user("gone@pve"), "PVEAuditor")] = {};
    live.acl[row("/vms", group("gone"), "PVEAuditor")] = {};
    const auto notes_of = [&](const std::string& document) {
        const auto made = plan_of(document, live);
        REQUIRE(made);
        std::vector<std::string> notes;
        for (const plan::Notice& notice : made->notices) {
            CHECK(notice.span);
            notes.push_back(notice.message);
        }
        return notes;
    };
    const auto note = [](const std::string& text) { return std::vector{text}; };
    CHECK(
        notes_of("manage: { users: { protect: [amdin@corp] } }") ==
        note("`protect` names user `amdin@corp`, which is neither declared nor there; did you mean "
             "`admin@corp`?")
    );
    CHECK(
        notes_of("manage: { tokens: { ignore: ['bob@corp!deployment'] } }") ==
        note("`ignore` names token `bob@corp!deployment`, which is neither declared nor there")
    );
    CHECK(
        notes_of("manage: { groups: { protect: [zzz] }, roles: { ignore: [Qqqq] } }").size() == 2
    );
    CHECK(
        notes_of("manage: { acl: { ignore: [{ principal: '@opps' }] } }") ==
        note("`ignore` names group `opps`, which is neither declared nor there; did you mean "
             "`ops`?")
    );
    CHECK(
        notes_of("manage: { acl: { ignore: [{ principal: 'z@pve!zz' }, { principal: z@pve }] } }")
            .size() == 2
    );
    CHECK(
        notes_of("policy: { ignore: [{ rule: root-token, object: 'token:root@pam!nope', reason: x "
                 "}] }"
        ) == note("the `ignore` of rule root-token names token `root@pam!nope`, which is neither "
                  "declared nor there")
    );
    CHECK(
        notes_of("policy: { ignore: [{ rule: unknown-path, object: 'acl:/vms/1 bob@corp "
                 "PVEAuditor', reason: x }] }"
        ) == note("the `ignore` of rule unknown-path names ACL entry `/vms/1 bob@corp PVEAuditor`, "
                  "which is neither declared nor there")
    );
    for (const char* quiet :
         {"manage: { users: { protect: [bob@corp, root@pam, 'nobody-*'], ignore: [gone@pve, "
          "left@pve] } }",
          "manage: { tokens: { protect: ['bob@corp!ci', 'new@pve!turn', 'new@pve!turn-b'] } }\n"
          "users: { new@pve: { tokens: { turn: { lifetime: 90d, renew_before: 21d, overlap: 14d } "
          "} } }",
          "manage: { groups: { protect: [ops], ignore: [gone] }, roles: { protect: [PVEAuditor] } "
          "}",
          "manage: { users: { protect: [new@pve] } }\nusers: { new@pve: {} }",
          "manage: { acl: { ignore: [{ path: /vms/77 }, { principal: '@o*' }, { principal: "
          "gone@pve }] } }",
          "policy: { ignore: [{ rule: hidden-entry, object: 'acl:/vms gone@pve PVEAuditor', "
          "reason: "
          "x }, { rule: root-token, object: 'user:nobody@pve', reason: x, until: 2020-01-01 }] "
          "}"}) {
        INFO(quiet);
        CHECK(notes_of(quiet) == std::vector<std::string>());
    }
}

TEST_CASE("what is noted of one name is not said of a part without it", "[plan]") {
    const auto notes_of = [](const char* target) {
        plan::Selection selection;
        selection.targets.push_back(*plan::Selector::parse(target));
        const auto made = plan::make_plan(
            two_directories(),
            wanted("manage: { users: { protect: [nobody@pve] } }\nusers: { bob@exact: {} }"),
            {.now = 1'800'000'000, .selection = selection}
        );
        REQUIRE(made);
        return made->notices.size();
    };
    CHECK(notes_of("user:*") == 2); // and that it is a part
    CHECK(notes_of("user:bob@exact") == 1);
}
