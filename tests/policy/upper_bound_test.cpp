// What somebody could hold at most, against what they hold.

#include "policy/upper_bound.hpp"

#include "access/evaluator.hpp"
#include "access/random_states.hpp"
#include "catch.hpp"
#include "support/unfolded.hpp"

using namespace pveform;       // NOLINT: a test's own small world
using namespace pveform::test; // NOLINT

TEST_CASE("nobody holds, at any path, what was said to be out of reach", "[policy]") {
    std::size_t out_of_reach = 0;
    std::size_t within = 0;
    for (unsigned seed = 1; seed <= 200; ++seed) {
        const State state = RandomStates(seed).state();
        const policy::UpperBound bound(state);
        const access::Evaluator evaluator(state);
        const TwoEvaluations all(state, state, 0);
        const auto paths = all.paths();
        for (const Principal& who : all.principals()) {
            for (const Privilege& privilege : state.privileges()) {
                if (bound.may_hold_any(who, {privilege})) {
                    ++within;
                    continue;
                }
                ++out_of_reach;
                for (const std::string& path : paths) {
                    INFO("seed " << seed << ": " << who.id << " at " << path);
                    REQUIRE_FALSE(evaluator.holds(who, path, privilege));
                }
            }
        }
    }
    CHECK(out_of_reach > 1000);
    CHECK(within > 1000);
}
