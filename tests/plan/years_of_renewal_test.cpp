// Rotation under a moving clock.
#include <random>

#include "catch.hpp"
#include "plan/renewal.hpp"

using namespace pveform;       // NOLINT: a test's own small world
using namespace pveform::test; // NOLINT

namespace {

/// What a cluster and its consumers live through in two years.
struct Walk {
    std::string document;
    UnixSeconds renew_before;
    bool has_overlap;
    State live = cluster({});
    UnixSeconds now = start;
    std::map<TokenId, int> secret = {}; // which one each token has
    int issued_so_far = 0;
    TokenId stored_id = {};
    int stored = 0; // the secret in the sink
    TokenId used_id = {};
    int used = 0; // what the consumer read last
    UnixSeconds read = start;

    [[nodiscard]] bool is_good(const TokenId& id, int which) const {
        const auto token = live.tokens.find(id);
        return token != live.tokens.end() && !token->second.expire.is_over(now) &&
               secret.at(id) == which;
    }

    void apply() {
        const plan::Plan plan = plan_of(live, document, due(), now);
        for (const plan::IssueToken& issue : issued(plan)) {
            if (issue.exists && live.tokens.contains(issue.id) && !has_overlap) {
                const UnixSeconds left = live.tokens.at(issue.id).expire.seconds - now;
                CHECK(left <= renew_before); // renewed inside its window only
                CHECK(left > 0);
            }
            secret[issue.id] = ++issued_so_far;
            stored = issued_so_far;
            stored_id = issue.id;
        }
        live = plan.after;
        CHECK(plan_of(live, document, due(), now).is_empty());
        CHECK(is_good(stored_id, stored));
    }

    void consume() {
        if (now - read >= 7 * day || used == 0) {
            read = now;
            used = stored;
            used_id = stored_id;
        }
        if (!is_good(used_id, used)) { // a CHECK for every hour would take minutes
            FAIL("a consumer holds a dead secret");
        }
    }
};

} // namespace

TEST_CASE("over two years, tokens are always valid and renewed in their window", "[plan]") {
    for (unsigned seed = 1; seed <= 25; ++seed) {
        std::mt19937 random(seed);
        const auto any = [&](UnixSeconds from, UnixSeconds to) {
            return std::uniform_int_distribution<UnixSeconds>(from, to)(random);
        };
        const UnixSeconds lifetime = any(30, 120);
        const UnixSeconds renew_before = any(5, lifetime / 2);
        INFO("seed " << seed);
        Walk walk{
            .document = fmt::format(
                "users: {{ ann@pve: {{ tokens: {{ ci: {{ lifetime: {}d, renew_before: {}d }} }} }} "
                "}}",
                lifetime,
                renew_before
            ),
            .renew_before = renew_before * day,
            .has_overlap = false};
        int runs = 0;
        while (walk.now < start + 730 * day) {
            walk.apply();
            walk.now += any(60, renew_before * day / 2);
            CHECK(walk.is_good(walk.stored_id, walk.stored));
            ++runs;
        }
        CHECK(runs > 10);
        CHECK(walk.issued_so_far >= 730 / lifetime);
    }
}

TEST_CASE("with an overlap, who reads the secret once a week never holds a dead one", "[plan]") {
    for (unsigned seed = 1; seed <= 25; ++seed) {
        std::mt19937 random(seed);
        const auto any = [&](UnixSeconds from, UnixSeconds to) {
            return std::uniform_int_distribution<UnixSeconds>(from, to)(random);
        };
        const UnixSeconds lifetime = any(40, 120);
        const UnixSeconds renew_before = any(6, lifetime / 3);
        const UnixSeconds overlap = 7 + renew_before / 2 + 1; // a week and a step
        INFO("seed " << seed);
        Walk walk{
            .document = fmt::format(
                "users: {{ ann@pve: {{ tokens: {{ ci: {{ lifetime: {}d, renew_before: {}d, "
                "overlap: {}d }} }} }} }}",
                lifetime,
                renew_before,
                overlap
            ),
            .renew_before = renew_before * day,
            .has_overlap = true};
        UnixSeconds next_run = start;
        for (; walk.now < start + 730 * day; walk.now += 3600) { // consumers never rest
            if (walk.now >= next_run) {
                walk.apply();
                next_run = walk.now + any(3600, renew_before * day / 2);
            }
            walk.consume();
        }
        CHECK(walk.issued_so_far >= 730 / lifetime);
    }
}
