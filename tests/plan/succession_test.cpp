// Rotation: nothing is remembered but the names and expiry times that PVE stores.

#include "catch.hpp"
#include "model/grace.hpp"
#include "plan/renewal.hpp"

using namespace pveform;       // NOLINT: a test's own small world
using namespace pveform::test; // NOLINT

TEST_CASE("no plan rotates a secret unless it is told to", "[plan]") {
    CHECK(issued(plan_of(cluster({{"ci", start + day}}), single)).empty());
    CHECK(issued(plan_of(cluster({{"ci-a", start + day}}), turning)).empty());
    CHECK(issued(plan_of(cluster({{"ci", 0}}), fixed)).empty());
}

TEST_CASE("a due token is rotated in place, for a whole new lifetime", "[plan]") {
    const plan::Plan plan = plan_of(cluster({{"ci", start + 21 * day}}), single, due());
    REQUIRE(plan.changes.size() == 1);
    CHECK(plan.changes.front().action == plan::Action::rotate);
    CHECK_THAT(plan.changes.front().reason, ContainsSubstring("due, as it expires"));
    REQUIRE(issued(plan).size() == 1);
    CHECK(issued(plan).front().exists);
    CHECK(expiry(plan, plain) == start + 90 * day);

    CHECK(plan_of(cluster({{"ci", start + 21 * day + 1}}), single, due()).is_empty());
    CHECK(plan_of(cluster({{"ci", 0}}), fixed, due()).is_empty());
}

TEST_CASE("a token that is asked for is rotated, and nothing else changes", "[plan]") {
    const State live = cluster({{"ci", start + 80 * day}, {"stray", 0}});
    const std::string document = single + "\nroles: { New: { privileges: [VM.Audit] } }";
    const plan::Plan plan = plan_of(live, document, now_of("ann@pve!c?"));
    REQUIRE(plan.steps.size() == 1);
    CHECK(issued(plan).size() == 1);
    CHECK(expiry(plan, plain) == start + 90 * day);

    SECTION("its own expiry stays where it has no lifetime") {
        const plan::Plan forever = plan_of(cluster({{"ci", 0}}), fixed, now_of("ann@pve!ci"));
        REQUIRE(issued(forever).size() == 1);
        CHECK(expiry(forever, plain) == 0);
    }
}

TEST_CASE("only declared tokens can be rotated", "[plan]") {
    const auto made = try_plan(cluster({{"stray", 0}}), fixed, now_of("ann@pve!cii"));
    REQUIRE_FALSE(made);
    CHECK(made.error().front().kind == ErrorKind::usage);
    CHECK_THAT(made.error().front().message, ContainsSubstring("declares no token `ann@pve!cii`"));
    CHECK_THAT(made.error().front().help, ContainsSubstring("`ann@pve!ci`"));
}

TEST_CASE("a user in place of a token is told how its tokens are written", "[plan]") {
    const auto made = try_plan(cluster({{"stray", 0}}), fixed, now_of("ann@pve"));
    REQUIRE_FALSE(made);
    CHECK_THAT(
        made.error().front().help, ContainsSubstring("all of this user's are `'ann@pve!*'`")
    );
}

TEST_CASE("a token that is not there is said to be missing, not issued", "[plan]") {
    const plan::Plan plan = plan_of(cluster({}), single, now_of("*"));
    CHECK(plan.is_empty());
    REQUIRE(plan.notices.size() == 1);
    CHECK_THAT(plan.notices.front().message, ContainsSubstring("`pveform apply` issues it"));
}

TEST_CASE("with an overlap, the first secret is issued under the first of two names", "[plan]") {
    const plan::Plan plan = plan_of(cluster({}), turning);
    REQUIRE(issued(plan).size() == 1);
    CHECK(issued(plan).front().id == a);
    CHECK(issued(plan).front().declared == plain);
    CHECK(plan.tokens_to_issue() == std::vector{plain});
    CHECK(expiry(plan, a) == start + 90 * day);
    CHECK(plan.after.acl.size() == 1);
}

TEST_CASE("a successor takes the other name, and the predecessor lives on", "[plan]") {
    const plan::Plan plan = plan_of(cluster({{"ci-a", start + 20 * day}}), turning, due());
    REQUIRE(issued(plan).size() == 1);
    const plan::IssueToken issue = issued(plan).front();
    CHECK(issue.id == b);
    CHECK_FALSE(issue.exists);
    CHECK(expiry(plan, a) == start + 20 * day); // its own
    CHECK(expiry(plan, b) == start + 90 * day);
    CHECK(plan.after.acl.size() == 2);

    SECTION("for at least the overlap, however late the turn comes") {
        const plan::Plan late = plan_of(cluster({{"ci-a", start + 3 * day}}), turning, due());
        CHECK(expiry(late, a) == start + 14 * day);
        // It is prolonged before its successor comes to be.
        REQUIRE(late.steps.size() >= 2);
        CHECK(std::holds_alternative<plan::UpdateToken>(late.steps[0].command));
        CHECK(std::holds_alternative<plan::IssueToken>(late.steps[1].command));
    }
    SECTION("a dead one is not brought back") {
        const plan::Plan dead = plan_of(cluster({{"ci-a", start - day}}), turning, due());
        CHECK(expiry(dead, a) == start - day);
        CHECK(issued(dead).front().id == b);
    }
}

TEST_CASE("the name that died longest ago takes the next turn, in place", "[plan]") {
    const State live = cluster({{"ci-a", start - 50 * day}, {"ci-b", start + 20 * day}});
    const plan::Plan plan = plan_of(live, turning, due());
    REQUIRE(issued(plan).size() == 1);
    CHECK(issued(plan).front().id == a);
    CHECK(issued(plan).front().exists);
    CHECK(expiry(plan, b) == start + 20 * day);
}

TEST_CASE("a turn that was interrupted is taken up by any plan", "[plan]") {
    const State live = cluster({{"ci-a", start + 10 * day}, {"ci-b", 1}});
    for (const plan::Rotation& rotation : {plan::Rotation(), due(), now_of("*")}) {
        const plan::Plan plan = plan_of(live, turning, rotation);
        REQUIRE(issued(plan).size() == 1);
        CHECK(issued(plan).front().id == b);
        CHECK(issued(plan).front().exists);
        CHECK(expiry(plan, a) == start + 14 * day);
    }
}

TEST_CASE("a turn that is taken up by a rotation gets the ACL that its document says", "[plan]") {
    State live = cluster({{"ci-a", start + 10 * day}, {"ci-b", 1}});
    const AclKey held{AclPath{"/vms"}, Principal::of(a), RoleId{"PVEAuditor"}};
    const AclKey missing{AclPath{"/vms"}, Principal::of(b), RoleId{"PVEAuditor"}};
    live.acl[held];
    CHECK(plan_of(live, turning, now_of("*")).after.acl.contains(missing));

    SECTION("also where only the entries are missing, and the predecessor holds them") {
        live.tokens.at(b).expire = {start + 90 * day};
        const plan::Rotation due_alone = {.urgency = plan::Urgency::due, .nothing_else = true};
        const plan::Plan rest = plan_of(live, turning, due_alone);
        CHECK(issued(rest).empty());
        CHECK(rest.after.acl.contains(missing));
        REQUIRE(rest.steps.size() == 1);

        live.acl.clear(); // nobody held it: no matter of a rotation
        CHECK(plan_of(live, turning, due_alone).is_empty());
    }
}

TEST_CASE("an expiry that only PVE knows is not risked", "[plan]") {
    const std::string undeclared = "users: { ann@pve: { tokens: { ci: {} } } }";
    const plan::Plan refused =
        plan_of(cluster({{"ci", start + 30 * day}}), undeclared, now_of("*"));
    REQUIRE(refused.blocks.size() == 1);
    CHECK(refused.blocks.front().guard == "rotation");
    CHECK(
        refused.blocks.front().message ==
        "the expiry of `ann@pve!ci` is not declared, and an interruption of its renewal would lose "
        "it"
    );
    CHECK_THAT(refused.blocks.front().help, ContainsSubstring("write `expire: 2027-02-14"));
    CHECK(plan_of(cluster({{"ci", 0}}), undeclared, now_of("*")).blocks.empty());
    CHECK(plan_of(cluster({{"ci", 1}}), undeclared, now_of("*")).blocks.empty()); // it is lost
    CHECK(plan_of(cluster({{"ci", start + 30 * day}}), single, now_of("*")).blocks.empty());
}

TEST_CASE("a grace ends one second past a full hour, at least 15 minutes away", "[plan]") {
    constexpr UnixSeconds hour = 3600;
    static_assert(start % hour == 0);
    CHECK(grace_from(start) == Expiry{start + hour + 1});
    CHECK(grace_from(start + 45 * 60) == Expiry{start + hour + 1});
    CHECK(grace_from(start + 45 * 60 + 1) == Expiry{start + 2 * hour + 1});
    for (UnixSeconds now = start; now < start + 2 * hour; ++now) {
        CHECK_FALSE(grace_from(now).is_over(now + 15 * 60));
        CHECK(is_grace(grace_from(now), now));
    }
    CHECK(is_grace({start - 9 * hour + 1}, start)); // it is over, and as little stored as before
    CHECK_FALSE(is_grace({start + 2 * hour + 1}, start));
    CHECK_FALSE(is_grace({start}, start));
    CHECK_FALSE(is_grace(Expiry::never(), start));
}

TEST_CASE("what pveform ran with is re-issued where its new secret was not stored", "[plan]") {
    const std::string until = "users: { ann@pve: { tokens: { ci: { expire: 2032-01-31 } } } }";
    const std::string silent = "users: { ann@pve: { tokens: { ci: {} } } }";
    for (const std::string& document : {single, fixed, until, silent}) {
        for (const UnixSeconds left : {grace_from(start).seconds, start + 1, start - 7199}) {
            if (document == silent && left < start) {
                continue; // it may be anything: see below
            }
            const plan::Plan plan = plan_of(cluster({{"ci", left}}), document);
            INFO(document << left);
            REQUIRE(plan.changes.size() == 1);
            CHECK(plan.changes.front().reason == "secret never stored: re-issue");
            REQUIRE(issued(plan).size() == 1);
            CHECK(issued(plan).front().exists);
            CHECK((expiry(plan, plain) == 0 || expiry(plan, plain) > start + 2 * day));
        }
    }
    SECTION("but not where the document wants just that time") {
        const std::string marked =
            "users: { ann@pve: { tokens: { ci: { expire: 2027-01-15T09:00:01Z } } } }";
        CHECK(plan_of(cluster({{"ci", start + 3601}}), marked).is_empty());
    }
    SECTION("nor where no grace ends so late") {
        CHECK(plan_of(cluster({{"ci", start + 30 * day + 1}}), single).is_empty());
    }
}

TEST_CASE("an end that is long over and looks like a mark brings no token to life", "[plan]") {
    const UnixSeconds over = 1'600'002'001; // 2020-09-13T13:00:01Z
    const State live = cluster({{"ci", over}});
    const auto declared = [](const std::string& keys) {
        return fmt::format("users: {{ ann@pve: {{ tokens: {{ ci: {{{}}} }} }} }}", keys);
    };
    for (const plan::Rotation& rotation : {plan::Rotation(), due(), now_of("*")}) {
        const plan::Plan plan = plan_of(live, declared(""), rotation);
        CHECK(plan.after.tokens.at(plain).expire.is_over(start));
        REQUIRE(plan.blocks.size() == 1);
        CHECK(plan.blocks.front().guard == "rotation");
    }
    const plan::Plan refused = plan_of(live, declared(""));
    CHECK(
        refused.blocks.front().message ==
        "whether `ann@pve!ci` simply expired, or its secret was never stored, cannot be told from "
        "its expiry (2020-09-13T13:00:01Z), and the document declares none"
    );
    CHECK(
        refused.blocks.front().help ==
        "write `expire: 2020-09-13T13:00:01Z` to leave it as it is; or another `expire`, or a "
        "`lifetime`, to give it a new secret"
    );
    // What the help says.
    CHECK(plan_of(live, declared(" expire: 2020-09-13T13:00:01Z ")).is_empty());
    for (const char* keys : {" expire: never ", " lifetime: 90d "}) {
        const plan::Plan renewed = plan_of(live, declared(keys));
        CHECK(renewed.blocks.empty());
        CHECK(issued(renewed).size() == 1);
        CHECK_FALSE(renewed.after.tokens.at(plain).expire.is_over(start));
    }
}

TEST_CASE("a turn whose secret pveform ran with and did not store is taken up", "[plan]") {
    const UnixSeconds grace = grace_from(start).seconds;
    const plan::Plan plan =
        plan_of(cluster({{"ci-a", start + 10 * day}, {"ci-b", grace}}), turning);
    REQUIRE(issued(plan).size() == 1);
    CHECK(issued(plan).front().id == b);
    CHECK(expiry(plan, a) == start + 14 * day);

    // Of the plain name: it is no predecessor, and is not prolonged.
    const plan::Plan first = plan_of(cluster({{"ci", grace}}), turning);
    REQUIRE(issued(first).size() == 1);
    CHECK(issued(first).front().id == a);
    CHECK(expiry(first, plain) == grace);
}

TEST_CASE("no expiry that pveform chooses looks like a grace", "[plan]") {
    for (const UnixSeconds second : {0, 1, 2, 3, 4}) {
        const UnixSeconds now = start + second;
        const auto chosen = {
            expiry(plan_of(cluster({}), single, {}, now), plain),
            expiry(plan_of(cluster({{"ci-a", 0}, {"ci-b", 0}}), turning, {}, now), a),
            expiry(plan_of(cluster({{"ci-a", 0}, {"ci-b", 0}}), turning, {}, now), b),
            expiry(plan_of(cluster({{"ci-a", now + day}}), turning, due(), now), a)};
        for (const UnixSeconds expire : chosen) {
            INFO(second);
            CHECK_FALSE(is_grace({expire}, expire));
        }
        CHECK(plan_of(plan_of(cluster({}), single, {}, now).after, single, {}, now + 1).is_empty());
    }
}

TEST_CASE("a secret that may still be in use is not replaced", "[plan]") {
    // b was issued five days ago, and a, which consumers may still use, lives on.
    const State live = cluster({{"ci-a", start + 20 * day}, {"ci-b", start + 85 * day}});
    const plan::Plan plan = plan_of(live, turning, now_of("*"));
    CHECK(issued(plan).empty());
    REQUIRE(plan.blocks.size() == 1);
    CHECK(plan.blocks.front().guard == "rotation");

    const State later = cluster({{"ci-a", start + 5 * day}, {"ci-b", start + 76 * day}});
    CHECK(issued(plan_of(later, turning, now_of("*"))).front().id == a);
}

TEST_CASE("a lifetime that was raised replaces no secret that is still in use", "[plan]") {
    // Both were issued for 30 days: a 22 days ago, b yesterday. By the lifetimes of today b would
    // be older than any overlap.
    const State live = cluster({{"ci-a", start + 8 * day}, {"ci-b", start + 29 * day}});
    for (const std::string terms :
         {"lifetime: 90d, renew_before: 30d",
          "lifetime: 90d, renew_before: 60d",
          "lifetime: 365d"}) {
        INFO(terms);
        const std::string raised = fmt::format(
            "users: {{ ann@pve: {{ tokens: {{ ci: {{ {}, overlap: 7d }} }} }} }}", terms
        );
        CHECK(plan_of(live, raised).is_empty());
        for (const UnixSeconds now : {start, start + 8 * day - 1}) {
            const plan::Plan waiting = plan_of(live, raised, due(), now);
            CHECK(waiting.is_empty());
            CHECK(waiting.blocks.empty());
            REQUIRE(waiting.notices.size() == 1);
            CHECK(
                waiting.notices.front().message ==
                "token `ann@pve!ci` gets no new secret before 2027-01-23T08:00:00Z: until then "
                "the one before the last, of `ann@pve!ci-a`, may still be in use"
            );
        }
        const plan::Plan turn = plan_of(live, raised, due(), start + 8 * day);
        REQUIRE(issued(turn).size() == 1);
        CHECK(issued(turn).front().id == a);
        CHECK(expiry(turn, b) == start + 29 * day);

        // Whoever asks for one is told what it may end.
        const plan::Plan asked = plan_of(live, raised, now_of("*"));
        REQUIRE(issued(asked).size() == 1);
        REQUIRE(asked.notices.size() == 1);
        CHECK(
            asked.notices.front().message ==
            "`ann@pve!ci-a` gets a new secret while its old one is alive (expires "
            "2027-01-23T08:00:00Z): by the `lifetime` of today its overlap is over; where that was "
            "raised since, the old one may still be in use"
        );
    }
}

TEST_CASE("a token from before the overlap is a predecessor, and goes when it is dead", "[plan]") {
    const plan::Plan plan = plan_of(cluster({{"ci", 0}}), turning);
    CHECK(issued(plan).front().id == a);
    CHECK(expiry(plan, plain) == start + 90 * day - 1);
    CHECK(plan_of(plan.after, turning, {}, start + day).is_empty());

    const plan::Plan later =
        plan_of(cluster({{"ci", start - 1}, {"ci-a", start + 80 * day}}), turning);
    CHECK_FALSE(later.after.tokens.contains(plain));
    CHECK(later.destroyed == 1);
}

TEST_CASE("a predecessor never lives as long as its successor", "[plan]") {
    // Two lives that a shorter lifetime would make equal.
    const State live = cluster({{"ci-a", start + 200 * day}, {"ci-b", start + 300 * day}});
    const plan::Plan plan = plan_of(live, turning);
    CHECK(expiry(plan, b) == start + 90 * day);
    CHECK(expiry(plan, a) == start + 69 * day);
    CHECK(plan_of(plan.after, turning, {}, start + 60).is_empty());
}

TEST_CASE("a predecessor is over when its successor is due, or its overlap", "[plan]") {
    const plan::Plan early = plan_of(cluster({{"ci-a", start + 89 * day}}), turning, now_of("*"));
    CHECK(issued(early).front().id == b);
    CHECK(expiry(early, a) == start + 69 * day);
    const plan::Plan next = plan_of(early.after, turning, due(), start + 69 * day);
    REQUIRE(issued(next).size() == 1);
    CHECK(issued(next).front().id == a);

    SECTION("also where a shorter lifetime ends both sooner") {
        const State live = cluster({{"ci-a", start + 85 * day}, {"ci-b", start + 200 * day}});
        CHECK(expiry(plan_of(live, turning), a) == start + 69 * day);
    }
    SECTION("but nothing is shortened where no secret is new and no lifetime shorter") {
        const State live = cluster({{"ci-a", start + 85 * day}, {"ci-b", start + 89 * day}});
        CHECK(expiry(plan_of(live, turning), a) == start + 85 * day);
    }
    SECTION("the overlap is never cut") {
        const std::string long_overlap =
            "users: { ann@pve: { tokens: { ci: { lifetime: 90d, renew_before: 89d, overlap: 80d } "
            "} } }";
        const plan::Plan plan = plan_of(cluster({{"ci-a", start + 85 * day}}), long_overlap, due());
        CHECK(issued(plan).front().id == b);
        CHECK(expiry(plan, a) == start + 80 * day);
    }
    SECTION("an overlap that is nearly as long as the lifetime ends before it") {
        const std::string longest =
            "users: { ann@pve: { tokens: { ci: { lifetime: 7201s, renew_before: 1s, overlap: "
            "7200s } } } }";
        for (const UnixSeconds second : {1, 2, 3, 4}) { // at 0, a would end with a mark
            const UnixSeconds now = start + second;
            const plan::Plan plan = plan_of(cluster({{"ci-a", now + 1}}), longest, due(), now);
            CHECK(expiry(plan, a) < expiry(plan, b));
            CHECK_FALSE(is_grace({expiry(plan, a)}, expiry(plan, a)));
        }
    }
}

TEST_CASE(
    "a predecessor that outlives its successor is shortened before that is issued", "[plan]"
) {
    for (const UnixSeconds expire : {start + 365 * day, UnixSeconds{0}}) {
        for (const plan::Rotation& rotation :
             {now_of("*"), plan::Rotation{.urgency = plan::Urgency::now}}) {
            const State live = cluster({{"ci-a", expire}});
            const plan::Plan plan = plan_of(live, turning, rotation);
            REQUIRE(plan.steps.size() >= 2);
            const auto* shortened = std::get_if<plan::UpdateToken>(&plan.steps[0].command);
            REQUIRE(shortened != nullptr);
            CHECK(shortened->id == a);
            CHECK(shortened->fields.expire == Expiry{start + 69 * day});
            const plan::Command& issue = plan.steps[1].command;
            REQUIRE(std::holds_alternative<plan::IssueToken>(issue));
            CHECK_FALSE(is_ready(issue, live));
            State between = live;
            carry_out(plan.steps[0].command, between);
            CHECK(is_ready(issue, between));
            CHECK(plan_of(between, turning, rotation).steps.size() == plan.steps.size() - 1);
        }
    }
}

TEST_CASE("a successor waits for its predecessor's end and for nothing else of it", "[plan]") {
    const std::string document =
        "users: { ann@pve: { acl: [{ path: /vms, role: PVEAuditor }], tokens: { ci: { "
        "lifetime: 90d, renew_before: 21d, overlap: 14d, privilege_separation: false } } } }";
    const plan::Plan plan =
        plan_of(cluster({{"ci-a", 0}}), document, {.urgency = plan::Urgency::now});
    REQUIRE(plan.steps.size() == 4);
    CHECK(describe(plan.steps[0].command) == "update token ann@pve!ci-a");
    CHECK(describe(plan.steps[1].command) == "issue token ann@pve!ci-b");
    CHECK(describe(plan.steps[2].command) == "add PVEAuditor for ann@pve at /vms");
    const auto& rest = std::get<plan::UpdateToken>(plan.steps[3].command);
    CHECK(rest.id == a);
    CHECK(rest.fields == TokenEdit{.privilege_separation = false});
    CHECK(plan.steps[3].changes == plan.steps[0].changes);
}

TEST_CASE("of two lives that are shortened, the one that ends first comes first", "[plan]") {
    const State live = cluster({{"ci-a", start + 300 * day}, {"ci-b", start + 200 * day}});
    const plan::Plan plan = plan_of(live, turning);
    REQUIRE(plan.steps.size() >= 2);
    // Whatever comes of the second one, the current token stays the current one.
    const auto position = [&](const TokenId& id) {
        return std::ranges::find_if(plan.steps, [&](const plan::Step& step) {
            const auto* update = std::get_if<plan::UpdateToken>(&step.command);
            return update != nullptr && update->id == id;
        });
    };
    CHECK(position(b) < position(a));
}
