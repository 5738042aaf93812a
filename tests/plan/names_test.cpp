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
