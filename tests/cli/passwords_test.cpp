// Initial passwords of new users, and the folder for secrets that no sink took.

#include "cli/passwords.hpp"

#include "catch.hpp"
#include "world.hpp"

using namespace pveform;       // NOLINT: a test's own small world
using namespace pveform::test; // NOLINT

namespace {

using Kind = desired::PasswordSource::Kind;

void declare(
    const std::string& user,
    desired::PasswordSource source,
    desired::Document& document,
    plan::Plan& plan
) {
    document.users[UserId{user}].initial_password.emplace();
    document.users[UserId{user}].initial_password->value = std::move(source);
    plan.steps.push_back({plan::CreateUser{UserId{user}, {}}, {}});
}

} // namespace

TEST_CASE("a program for one password is shown no other user's", "[cli]") {
    World world;
    world.variables = {{"ANN_PW", "obviously-fake-1"}, {"ZOE_PW", "obviously-fake-2"}};
    world.processes.install("vault", answers(0, "obviously-fake-3\n"));
    desired::Document document;
    plan::Plan plan;
    declare("ann@pve", {.variable = "ANN_PW"}, document, plan);
    declare("ben@pve", {.kind = Kind::command, .command = {"vault"}}, document, plan);
    declare("zoe@pve", {.variable = "ZOE_PW"}, document, plan);
    declare("there@pve", {.variable = "THERE_PW"}, document, plan);
    plan.steps.pop_back(); // that user needs none any more, and the variable is there all the same
    const auto passwords = cli::read_initial_passwords(plan, document, world.context);
    REQUIRE(passwords);
    CHECK(passwords->size() == 3);
    CHECK(passwords->at(UserId{"zoe@pve"}).reveal() == "obviously-fake-2");
    REQUIRE(world.processes.calls().size() == 1);
    const std::set<std::string, std::less<>> all = {"ANN_PW", "THERE_PW", "ZOE_PW"};
    CHECK(world.processes.calls().front().withheld == all);
}

TEST_CASE("the folder for secrets that no sink took is the same wherever one stands", "[cli]") {
    World world;
    CHECK(cli::spool_folder(world.context) == "/root/.local/state/pveform");
    for (const char* home : {"", "home/ann", "."}) {
        world.variables = {{"HOME", home}};
        CHECK(cli::spool_folder(world.context) == "/root/.local/state/pveform");
    }
    for (const char* state : {"", "state", "./state"}) {
        world.variables = {{"HOME", "/home/ann"}, {"XDG_STATE_HOME", state}};
        CHECK(cli::spool_folder(world.context) == "/home/ann/.local/state/pveform");
    }
    world.variables["XDG_STATE_HOME"] = "/state";
    CHECK(cli::spool_folder(world.context) == "/state/pveform");
}
