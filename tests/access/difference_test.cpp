// Who gains and who loses what, held to the difference of two evaluations.
#include "access/difference.hpp"

#include "catch.hpp"

#include "access/random_states.hpp"
#include "support/unfolded.hpp"

using namespace pveform;       // NOLINT: a test's own small world
using namespace pveform::test; // NOLINT

namespace {

constexpr UnixSeconds now = 1'800'000'000;

/// The privileges as one text, to compare with a glance.
std::string text(const std::set<Privilege>& privileges) {
    std::string text;
    for (const Privilege& privilege : privileges) {
        text += (text.empty() ? "" : " ") + privilege.text;
    }
    return text;
}

/// Two states that begin alike: ann is in ops, has a full and a separated token; guest 100 is in
/// pool prod.
struct Pair {
    State before;
    State after;

    Pair() {
        before.roles[RoleId{"NoAccess"}];
        before.roles[RoleId{"Audit"}].privileges = {{"VM.Audit"}};
        before.roles[RoleId{"Power"}].privileges = {{"VM.Audit"}, {"VM.PowerMgmt"}};
        before.roles[RoleId{"Administrator"}].privileges = {
            {"VM.Audit"}, {"VM.PowerMgmt"}, {"Sys.Audit"}};
        before.users[UserId{"ann@pve"}];
        before.tokens[{UserId{"ann@pve"}, "full"}].privilege_separation = false;
        before.tokens[{UserId{"ann@pve"}, "sep"}];
        before.groups[GroupId{"ops"}].members = {UserId{"ann@pve"}};
        before.pools[PoolId{"prod"}].guests = {100};
        after = before;
    }

    static void
    grant(State& state, const std::string& path, const Principal& who, const char* role) {
        state.acl[{AclPath{path}, who, RoleId{role}}] = {};
    }

    [[nodiscard]] access::Difference difference() const {
        return access::difference(before, after, now);
    }
};

const Principal ann = Principal::of(UserId{"ann@pve"});
const Principal full = Principal::of(TokenId{UserId{"ann@pve"}, "full"});
const Principal sep = Principal::of(TokenId{UserId{"ann@pve"}, "sep"});
const Principal ops = Principal::of(GroupId{"ops"});

/// Each place once with everything that is lost by an addition there.
std::string lost_by_addition(const access::Difference& difference, const Principal& who) {
    std::string lost;
    const access::Affected* affected = Unfolded(difference).of(who);
    REQUIRE(affected != nullptr);
    for (const access::Shift& shift : affected->shifts) {
        const std::string set = text(difference.sets[shift.lost_by_addition]);
        if (!set.empty()) {
            lost += access::example_path(difference, *affected, shift) + " " + set + "\n";
        }
    }
    return lost;
}

} // namespace

TEST_CASE("equal states differ in nobody's access", "[access]") {
    Pair pair;
    Pair::grant(pair.before, "/", ops, "Audit");
    pair.after = pair.before;
    CHECK(pair.difference().affected.empty());
}

TEST_CASE("a group's entry reaches its members and their tokens without separation", "[access]") {
    Pair pair;
    Pair::grant(pair.after, "/vms", ops, "Audit");
    const auto difference = pair.difference();
    REQUIRE(difference.affected.size() == 1);
    CHECK(difference.affected.front().principals == std::vector{ann, full});
    CHECK_FALSE(difference.affected.front().held_something);
    CHECK(difference.affected.front().holds_something);
    CHECK(text(Unfolded(difference).at(ann, "/vms/7").gained) == "VM.Audit");
}

TEST_CASE("what an entry of the user itself hides is lost by an addition", "[access]") {
    Pair pair;
    Pair::grant(pair.before, "/vms", ops, "Power");
    pair.after = pair.before;
    Pair::grant(pair.after, "/vms", ann, "Audit");
    CHECK(lost_by_addition(pair.difference(), ann) == "/vms VM.PowerMgmt\n/vms/~ VM.PowerMgmt\n");
}

TEST_CASE("an entry that takes the place of another takes nothing by addition", "[access]") {
    Pair pair;
    Pair::grant(pair.before, "/vms", ann, "Power");
    Pair::grant(pair.after, "/vms", ann, "Audit");
    CHECK(lost_by_addition(pair.difference(), ann).empty());
}

TEST_CASE("what goes with a group that is joined is lost by an addition", "[access]") {
    Pair pair;
    for (State* state : {&pair.before, &pair.after}) {
        Pair::grant(*state, "/vms", ops, "Power");
        Pair::grant(*state, "/vms", Principal::of(GroupId{"guests"}), "NoAccess");
        state->groups[GroupId{"guests"}];
    }
    pair.after.groups[GroupId{"guests"}].members = {UserId{"ann@pve"}};
    CHECK(
        lost_by_addition(pair.difference(), full) ==
        "/vms VM.Audit VM.PowerMgmt\n/vms/~ VM.Audit VM.PowerMgmt\n"
    );
}

TEST_CASE("what comes through a pool is one place for all its members", "[access]") {
    Pair pair;
    Pair::grant(pair.after, "/pool/prod", ann, "Power");
    const auto difference = pair.difference();
    REQUIRE(difference.members.size() == 1);
    CHECK(difference.members.front().paths == std::vector<std::string>{"/vms/100"});
    CHECK(text(Unfolded(difference).at(ann, "/vms/100").gained) == "VM.Audit VM.PowerMgmt");
    CHECK(Unfolded(difference).at(ann, "/vms/101") == GainAndLoss{});
}

TEST_CASE("who is disabled loses everything", "[access]") {
    Pair pair;
    Pair::grant(pair.before, "/", ops, "Audit");
    pair.after = pair.before;
    pair.after.users[UserId{"ann@pve"}].enabled = false;
    const auto difference = pair.difference();
    REQUIRE(difference.affected.size() == 1);
    CHECK(difference.affected.front().held_something);
    CHECK_FALSE(difference.affected.front().holds_something);
}

TEST_CASE("a thousand random pairs differ as their evaluations do", "[access]") {
    std::size_t changes = 0;
    std::size_t exceptions = 0;
    std::size_t through_pools = 0;
    for (unsigned seed = 1; seed <= 1000; ++seed) {
        RandomStates random(seed);
        const State before = random.state();
        const State after = random.chance(50) ? random.state() : random.changed(before);
        const auto difference = access::difference(before, after, now);
        const Unfolded unfolded(difference);
        const TwoEvaluations evaluations(before, after, now);
        for (const Principal& principal : evaluations.principals()) {
            for (const std::string& path : evaluations.paths()) {
                const GainAndLoss expected = evaluations.at(principal, path);
                if (unfolded.at(principal, path) != expected) {
                    FAIL(
                        "seed " << seed << ": " << principal.id << " at " << path << " gains ["
                                << text(expected.gained) << "] and loses [" << text(expected.lost)
                                << "]"
                    );
                }
            }
        }
        for (const access::Affected& affected : difference.affected) {
            for (const access::Shift& shift : affected.shifts) {
                changes += shift.is_change() ? 1U : 0U;
                exceptions += shift.is_change() ? 0U : 1U;
                through_pools += shift.reach == access::Reach::members ? 1U : 0U;
            }
        }
    }
    CHECK(changes > 5000);
    CHECK(exceptions > 200);
    CHECK(through_pools > 500);
}
