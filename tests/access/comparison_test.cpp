// Whether two differences mean the same, held to what each of them says of everybody everywhere.
#include "access/comparison.hpp"

#include <map>

#include "catch.hpp"

#include "access/random_states.hpp"
#include "support/unfolded.hpp"

using namespace pveform;       // NOLINT: a test's own small world
using namespace pveform::test; // NOLINT

namespace {

constexpr UnixSeconds now = 1'800'000'000;

/// Who is not told the same by both, anywhere.
std::set<Principal> told_otherwise(
    const access::Difference& then,
    const access::Difference& later,
    const std::set<Principal>& principals,
    const std::set<std::string>& paths
) {
    std::set<Principal> found;
    for (const Principal& principal : principals) {
        for (const std::string& path : paths) {
            if (Unfolded(then).at(principal, path) != Unfolded(later).at(principal, path)) {
                found.insert(principal);
            }
        }
    }
    return found;
}

} // namespace

TEST_CASE("a difference is the same as itself", "[access]") {
    RandomStates random(1);
    for (int i = 0; i < 50; ++i) {
        const State before = random.state();
        const auto difference = access::difference(before, random.changed(before), now);
        CHECK(access::discrepancies(difference, difference).empty());
    }
}

TEST_CASE("random differences are the same to those to whom they say the same", "[access]") {
    int same = 0;
    int other = 0;
    for (unsigned seed = 0; seed < 400; ++seed) {
        RandomStates random(seed);
        const State before = random.state();
        const State after = random.changed(before);
        // Somebody changes something on both sides of the plan.
        const unsigned meddling = seed + 1000;
        const State before_now = RandomStates(meddling).changed(before);
        const State after_now = RandomStates(meddling).changed(after);
        const auto then = access::difference(before, after, now);
        const auto later = access::difference(before_now, after_now, now);

        const TwoEvaluations one(before, after, now);
        const TwoEvaluations two(before_now, after_now, now);
        auto principals = one.principals();
        principals.merge(two.principals());
        auto paths = one.paths();
        paths.merge(two.paths());
        std::set<Principal> found;
        for (const access::Discrepancy& discrepancy : access::discrepancies(then, later)) {
            INFO(
                "seed " << seed << ": " << discrepancy.principal.text() << " at "
                        << discrepancy.path
            );
            CHECK(discrepancy.then != discrepancy.now);
            found.insert(discrepancy.principal);
        }
        INFO("seed " << seed);
        CHECK(found == told_otherwise(then, later, principals, paths));
        (found.empty() ? same : other) += 1;
    }
    CHECK(same > 20);
    CHECK(other > 20);
}
