// What each entry is said to give, hide or take, held to evaluations without it.
#include "access/explanation.hpp"

#include "catch.hpp"

#include "access/random_states.hpp"
#include "formats/cluster_state.hpp"
#include "support/unfolded.hpp"

using namespace pveform;       // NOLINT: a test's own small world
using namespace pveform::test; // NOLINT

namespace {

const std::string base = "user:root@pam:1:0::::::\n"
                         "user:ann@pve:1:0::::::\n"
                         "token:ann@pve!sep:0:1::\n"
                         "group:ops:ann@pve::\n"
                         "role:rA:VM.Audit,VM.Console:\n"
                         "role:rB:VM.PowerMgmt:\n"
                         "pool:prod::100::\n";

/// A line for each link: `/vms @ops rA hidden by /vms ann@pve rB`.
std::string links(const std::string& lines, const std::string& who, const std::string& path) {
    const State state = formats::read_state(base + lines, "", {9, 2});
    const auto explanation = access::explain(state, user_or_token(who), path);
    const auto name = [](const access::Link& link) {
        return link.key.path.text + " " + link.key.principal.text() + " " + link.key.role.text +
               (link.pool ? " through " + link.pool->text : "");
    };
    std::string text;
    for (const access::Link& link : explanation.links) {
        text += name(link) + " " + std::string(to_string(link.standing));
        for (const std::size_t by : link.by) {
            text += " by " + name(explanation.links.at(by));
        }
        text += "\n";
    }
    return text;
}

std::set<Privilege> names_of(const access::Privileges& privileges) {
    std::set<Privilege> names;
    for (const auto& [privilege, propagates] : privileges) {
        names.insert(privilege);
    }
    return names;
}

} // namespace

TEST_CASE("an entry of the user itself is named as what hides a group's", "[access]") {
    CHECK(
        links("acl:1:/vms:ann@pve:rB:\nacl:1:/vms:@ops:rA:\n", "ann@pve", "/vms/7") ==
        "/vms ann@pve rB gives\n"
        "/vms @ops rA hidden by /vms ann@pve rB\n"
    );
}

TEST_CASE("entries at a deeper path are named as what replaces those above", "[access]") {
    CHECK(
        links("acl:1:/:@ops:rA:\nacl:1:/vms:@ops:rB:\n", "ann@pve", "/vms/7") ==
        "/ @ops rA replaced by /vms @ops rB\n"
        "/vms @ops rB gives\n"
    );
}

TEST_CASE("an entry that does not reach the path is not spoken of", "[access]") {
    CHECK(links("acl:0:/vms:ann@pve:rB:\n", "ann@pve", "/vms/7").empty());
}

TEST_CASE("a pool is a second way to a guest", "[access]") {
    CHECK(
        links("acl:1:/:ann@pve:rA:\nacl:1:/pool/prod:ann@pve:rB:\n", "ann@pve", "/vms/100") ==
        "/ ann@pve rA gives\n"
        "/ ann@pve rA through prod replaced by /pool/prod ann@pve rB through prod\n"
        "/pool/prod ann@pve rB through prod gives\n"
    );
}

TEST_CASE("NoAccess of a pool overrules what the guest's own path gives", "[access]") {
    CHECK(
        links(
            "acl:1:/vms:ann@pve:rA:\nacl:1:/pool/prod:ann@pve:NoAccess:\n", "ann@pve", "/vms/100"
        ) == "/vms ann@pve rA overruled by /pool/prod ann@pve NoAccess through prod\n"
             "/pool/prod ann@pve NoAccess through prod denies\n"
    );
}

TEST_CASE("a separated token is explained by its own entries and those of its user", "[access]") {
    const std::string lines = "acl:1:/vms:ann@pve!sep:rA:\nacl:1:/vms:@ops:rB:\n";
    CHECK(
        links(lines, "ann@pve!sep", "/vms/7") == "/vms ann@pve!sep rA gives\n/vms @ops rB gives\n"
    );
    const auto explanation = access::explain(
        formats::read_state(base + lines, "", {9, 2}), user_or_token("ann@pve!sep"), "/vms/7"
    );
    CHECK(explanation.held.empty());
    CHECK(explanation.own == std::set<Privilege>{{"VM.Audit"}, {"VM.Console"}});
    CHECK(explanation.of_user == std::set<Privilege>{{"VM.PowerMgmt"}});
}

TEST_CASE("in a thousand random clusters, each removal does what was predicted", "[access]") {
    std::map<access::Standing, std::size_t> seen;
    std::size_t removals_that_give = 0;
    for (unsigned seed = 1; seed <= 1000; ++seed) {
        RandomStates random(seed);
        const State state = random.state();
        const TwoEvaluations all(state, state, 0);
        const access::Evaluator evaluator(state);
        const auto principals = all.principals();
        for (int i = 0; i < 50; ++i) {
            const Principal who = random.pick(std::vector(principals.begin(), principals.end()));
            const auto all_paths = all.paths();
            const std::string path = random.pick(std::vector(all_paths.begin(), all_paths.end()));
            const auto explanation = access::explain(state, who, path);
            INFO("seed " << seed << ": " << who.id << " at " << path);
            REQUIRE(explanation.held == evaluator.privileges(who, path));
            std::set<Privilege> given =
                explanation.is_root ? names_of(explanation.held) : std::set<Privilege>();
            for (const access::Link& link : explanation.links) {
                ++seen[link.standing];
                State without = state;
                without.acl.erase(link.key);
                const auto left = names_of(access::Evaluator(without).privileges(who, path));
                REQUIRE(link.after_removal == left);
                removals_that_give +=
                    std::ranges::includes(names_of(explanation.held), left) ? 0U : 1U;
                if (link.standing == access::Standing::gives) {
                    given.insert(link.privileges.begin(), link.privileges.end());
                }
                REQUIRE(
                    link.by.empty() == (link.standing == access::Standing::gives ||
                                        link.standing == access::Standing::denies)
                );
            }
            // What no link gives, nobody holds; and for others than separated tokens, what one
            // gives is held.
            REQUIRE(std::ranges::includes(given, names_of(explanation.held)));
            if (!explanation.own) {
                REQUIRE(given == names_of(explanation.held));
            }
        }
    }
    for (const auto standing :
         {access::Standing::gives,
          access::Standing::denies,
          access::Standing::hidden,
          access::Standing::replaced,
          access::Standing::overruled}) {
        CHECK(seen[standing] > 100);
    }
    CHECK(removals_that_give > 100);
}
