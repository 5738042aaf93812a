// Rotation under a moving clock.
#include <algorithm>
#include <array>
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
        carry_out(plan_of(live, document, due(), now));
        CHECK(plan_of(live, document, due(), now).is_empty());
        CHECK(is_good(stored_id, stored));
    }

    /// Somebody asks for a new secret; whether there is one.
    bool ask() {
        const plan::Plan plan = plan_of(live, document, now_of("*"), now);
        if (!plan.blocks.empty()) {
            return false; // the overlap is not over
        }
        carry_out(plan);
        return true;
    }

    void carry_out(const plan::Plan& plan) {
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

namespace {

/// What a document says of a token with an overlap, in days.
struct Terms {
    UnixSeconds lifetime;
    UnixSeconds renew_before;

    [[nodiscard]] std::string document(UnixSeconds overlap) const {
        return fmt::format(
            "users: {{ ann@pve: {{ tokens: {{ ci: {{ lifetime: {}d, renew_before: {}d, overlap: "
            "{}d }} }} }} }}",
            lifetime,
            renew_before,
            overlap
        );
    }
};

} // namespace

TEST_CASE("nobody holds a dead secret where the lifetime changes on the way", "[plan]") {
    int changes = 0;
    for (unsigned seed = 1; seed <= 8; ++seed) {
        std::mt19937 random(seed);
        const auto any = [&](UnixSeconds from, UnixSeconds to) {
            return std::uniform_int_distribution<UnixSeconds>(from, to)(random);
        };
        const auto any_terms = [&](UnixSeconds shortest, UnixSeconds longest) {
            const UnixSeconds lifetime = any(shortest, longest);
            return Terms{lifetime, any(6, lifetime / 3)};
        };
        const std::array terms = {any_terms(30, 50), any_terms(60, 400)};
        const UnixSeconds step = std::min(terms[0].renew_before, terms[1].renew_before) * day / 2;
        const UnixSeconds overlap = 8 + step / day; // a week and a step
        INFO("seed " << seed);
        std::size_t which = seed % 2;
        Walk walk{
            .document = terms[which].document(overlap), .renew_before = 0, .has_overlap = true};
        UnixSeconds next_run = start;
        UnixSeconds next_change = start + any(1, 60) * day;
        for (; walk.now < start + 730 * day; walk.now += 3600) {
            if (walk.now >= next_change) {
                which = 1 - which;
                walk.document = terms[which].document(overlap);
                next_change = walk.now + any(1, 60) * day;
                ++changes;
            }
            if (walk.now >= next_run) {
                walk.apply();
                next_run = walk.now + any(3600, step);
            }
            walk.consume();
        }
        CHECK(walk.issued_so_far >= 730 / terms[1].lifetime);
    }
    CHECK(changes > 8 * 12);
}

TEST_CASE("nobody holds a dead secret where new ones are asked for on the way", "[plan]") {
    int asked = 0;
    for (unsigned seed = 1; seed <= 8; ++seed) {
        std::mt19937 random(seed);
        const auto any = [&](UnixSeconds from, UnixSeconds to) {
            return std::uniform_int_distribution<UnixSeconds>(from, to)(random);
        };
        const UnixSeconds lifetime = any(40, 120);
        const Terms terms{lifetime, any(6, lifetime / 3)};
        const UnixSeconds step = terms.renew_before * day / 2;
        INFO("seed " << seed);
        Walk walk{
            .document = terms.document(8 + step / day), .renew_before = 0, .has_overlap = true};
        UnixSeconds next_run = start;
        UnixSeconds next_ask = start + any(1, 20) * 3600;
        for (; walk.now < start + 730 * day; walk.now += 3600) {
            if (walk.now >= next_run) {
                walk.apply();
                next_run = walk.now + any(3600, step);
            }
            if (walk.now >= next_ask) {
                asked += walk.ask() ? 1 : 0;
                next_ask = walk.now + any(1, 2 * lifetime) * day;
            }
            walk.consume();
        }
    }
    CHECK(asked > 8 * 5);
}
