// What plans say of who gains and who loses: whole outputs, as somebody would see them (`ACCEPT=1`
// writes them anew), and the difference of two evaluations for random plans.
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "catch.hpp"

#include "desired/parse.hpp"
#include "document/yaml.hpp"
#include "formats/cluster_state.hpp"
#include "plan/plan.hpp"
#include "plan/world.hpp"
#include "render/access_text.hpp"
#include "support/unfolded.hpp"

using namespace pveform::test; // NOLINT: names of the test's own small world
using pveform::Principal;
using pveform::State;
namespace plan = pveform::plan;

namespace {

constexpr pveform::UnixSeconds now = 1'800'000'000;

std::string contents(const std::string& path) {
    std::ifstream stream(path);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

plan::Plan golden_plan(const std::string& folder, const std::set<pveform::AclPath>& hidden = {}) {
    const State live = pveform::formats::read_state(contents(folder + "user.cfg"), "", {9, 2});
    const auto tree = pveform::document::parse_yaml(
        std::make_shared<const pveform::SourceFile>("access.yaml", contents(folder + "input.yaml"))
    );
    REQUIRE(tree.has_value());
    const auto document = pveform::desired::parse({*tree});
    REQUIRE(document.has_value());
    auto made = plan::make_plan(live, *document, {.now = now, .hidden_pools = hidden});
    REQUIRE(made.has_value());
    return std::move(*made);
}

void check_golden(const std::string& name) {
    const std::string folder = PVEFORM_SOURCE_DIR "/tests/golden/access_" + name + "/";
    const std::string text = pveform::render::effective_access_text(golden_plan(folder), {});
    if (std::getenv("ACCEPT") != nullptr) {
        std::ofstream(folder + "effective_access.txt") << text;
    }
    CHECK(contents(folder + "effective_access.txt") == text);
}

} // namespace

TEST_CASE("a plan says who gains what, members and full tokens of a group included", "[plan]") {
    check_golden("gains");
}

TEST_CASE("a plan says who loses what, and of whom nothing is left", "[plan]") {
    check_golden("losses");
}

TEST_CASE("a plan says where an entry that is added takes away", "[plan]") {
    check_golden("hiding");
}

TEST_CASE("a plan speaks of what comes through pools by their names", "[plan]") {
    check_golden("pools");
}

TEST_CASE("a plan says which members of a pool have an entry of their own", "[plan]") {
    check_golden("pool_members");
}

TEST_CASE("a plan gives separated tokens no more than their users have", "[plan]") {
    check_golden("tokens");
}

TEST_CASE("what hidden pools give is said to be unknown", "[plan]") {
    const std::string folder = PVEFORM_SOURCE_DIR "/tests/golden/access_pools/";
    const auto text = pveform::render::effective_access_text(
        golden_plan(folder, {pveform::AclPath{"/pool"}}), {}
    );
    CHECK(
        text.find("    unknown: what comes through pools at and below /pool") != std::string::npos
    );
}

TEST_CASE("of a plan that touches many, a dozen lines are shown", "[plan]") {
    State live = empty_cluster();
    pveform::desired::Document document;
    for (int i = 0; i < 40; ++i) {
        const std::string id = "u" + std::to_string(100 + i) + "@pve";
        document.users[pveform::UserId{id}].acl = {
            {wanted_row("/vms/" + std::to_string(100 + i), "PVEAuditor")}};
    }
    auto made = plan::make_plan(live, document, {.now = now});
    REQUIRE(made.has_value());
    const auto text = pveform::render::effective_access_text(*made, {});
    CHECK(std::ranges::count(text, '\n') == 15); // with the heading, the rest, and the empty line
    CHECK(text.find("    and 28 more principals (--format json shows all)\n") != std::string::npos);
}

TEST_CASE("a thousand random plans mean what their states' evaluations say", "[plan]") {
    std::size_t planned = 0;
    std::size_t changes = 0;
    for (unsigned seed = 1; planned < 1000; ++seed) {
        RandomWorld world(seed);
        State live = world.cluster();
        live.pools[pveform::PoolId{"prod"}].guests = {100, 101};
        live.pools[pveform::PoolId{"prod"}].storages = {"local"};
        auto document = world.document(live);
        world.add_ownership(document);
        const auto made = plan::make_plan(live, document, {.now = now});
        if (!made) {
            continue; // no order of requests keeps the promise
        }
        ++planned;
        const Unfolded unfolded(made->effective_access);
        const TwoEvaluations evaluations(made->before, made->after, now);
        for (const Principal& principal : evaluations.principals()) {
            for (const std::string& path : evaluations.paths()) {
                const GainAndLoss expected = evaluations.at(principal, path);
                changes += expected == GainAndLoss{} ? 0U : 1U;
                if (unfolded.at(principal, path) != expected) {
                    FAIL("seed " << seed << ": " << principal.id << " at " << path);
                }
            }
        }
    }
    CHECK(changes > 10000);
}
