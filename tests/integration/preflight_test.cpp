// The rights preflight against what PVE then really does: for random identities with random rights
// and random plans, it passes if and only if no request is refused for want of rights.

#include <random>
#include <set>
#include <string>
#include <vector>

#include "integration/run.hpp"

using namespace pveform;       // NOLINT: a test's own small world
using namespace pveform::test; // NOLINT

namespace {

constexpr unsigned rounds = 700;
const std::string applier = "del@pve!ci";
const std::string applier_secret = "00000000-0000-4000-8000-0000000de1e6";

/// A delegated administrator: may read everything, and write what chance grants it.
State with_delegate(State state, unsigned seed) {
    std::mt19937 random(seed * 7919);
    const auto chance = [&](unsigned percent) { return random() % 100 < percent; };
    const auto add_role = [&](const std::string& id,
                              std::initializer_list<const char*> privileges) {
        Role& role = state.roles[RoleId{id}];
        role.privileges.insert(Privilege{"Sys.Audit"}); // a row of one's own must not hide the view
        for (const char* privilege : privileges) {
            role.privileges.insert(Privilege{privilege});
        }
    };
    add_role("Reader", {});
    add_role("Users", {"User.Modify"});
    add_role("Realms", {"Realm.AllocateUser"});
    add_role("Groups", {"Group.Allocate"});
    add_role("Roles", {"Sys.Modify"});
    add_role("Grants", {"Permissions.Modify"});
    add_role("Machines", {"VM.Allocate", "VM.Audit", "VM.Console", "VM.PowerMgmt"});
    add_role("Pools", {"Pool.Allocate", "VM.Audit", "VM.Console"});

    const UserId user{"del@pve"};
    state.users[user];
    state.tokens[TokenId{user, "ci"}].privilege_separation = chance(30);
    const auto grant = [&](const char* path, const char* role, bool propagate = true) {
        state.acl[row(path, Principal::of(user), role)].propagate = propagate;
        state.acl[row(path, token(applier), role)].propagate = propagate;
    };
    grant("/access", "Reader");
    const bool is_strong = chance(45);
    if (is_strong || chance(40)) {
        grant("/access", "Roles");
    }
    if (is_strong || chance(50)) {
        grant("/access/groups", "Users");
    } else {
        for (const char* group : {"/access/groups/dev", "/access/groups/ops"}) {
            if (chance(60)) {
                grant(group, "Users");
            }
        }
    }
    if (is_strong || chance(60)) {
        grant("/access/groups", "Groups");
        grant("/access/groups", "Reader");
    }
    if (is_strong || chance(60)) {
        grant("/access/realm", "Realms");
        grant("/access/realm", "Reader");
    }
    if (is_strong || chance(25)) {
        grant("/", "Grants");
        grant("/", "Reader");
    }
    for (const char* path : {"/vms", "/vms/100", "/pool/prod", "/storage"}) {
        const bool propagate = chance(70);
        if (is_strong && chance(80)) {
            grant(path, "Grants", propagate);
        } else if (chance(35)) {
            grant(path, path == std::string("/pool/prod") ? "Pools" : "Machines", propagate);
        }
    }
    return state;
}

bool is_refusal(const Exchange& exchange) {
    return exchange.status == 403 ||
           (exchange.status == 500 &&
            (exchange.body.find("requires 'Permissions.Modify'") != std::string::npos ||
             exchange.body.find("403 Permission check failed") != std::string::npos));
}

} // namespace

TEST_CASE("the preflight passes if and only if PVE refuses nothing", "[integration]") {
    unsigned allowed = 0;
    unsigned denied = 0;
    for (unsigned seed = 1; seed <= rounds; ++seed) {
        INFO("seed " << seed);
        RandomWorld world(seed);
        const State start = with_root_token(with_delegate(world.cluster(), seed));
        desired::Document document = world.small_document(start);
        SimulatedCluster cluster(start, {{root_token, root_secret}, {applier, applier_secret}});
        std::vector<std::string> refusals;
        const auto pve = cluster.client(applier, applier_secret, [&](const Exchange& exchange) {
            if (is_refusal(exchange)) {
                refusals.push_back(exchange.body);
            }
        });
        const auto view = live::fetch(*pve, applier);
        if (!view) {
            INFO(view.error().message);
            REQUIRE(view.error().kind == ErrorKind::incomplete_view);
            continue;
        }
        const auto made = plan::make_plan(
            view->state,
            document,
            {.applier = {user_or_token(applier), true},
             .now = cluster.clock.now(),
             .allowances = {.lockout = true}}
        );
        if (!made || made->is_empty()) {
            continue;
        }
        std::string missing;
        for (const plan::Block& block : made->blocks) {
            if (block.guard == "rights") {
                missing = block.message;
            }
        }
        refusals.clear();
        MemorySink sink;
        const apply::Receipt receipt = carry_out_plan(*made, *pve, applier, cluster.clock, sink);
        INFO("preflight: " << (missing.empty() ? "passed" : missing));
        INFO("PVE: " << (refusals.empty() ? "refused nothing" : refusals.front()));
        REQUIRE(missing.empty() == refusals.empty());
        CHECK(receipt.is_complete() == missing.empty());
        ++(missing.empty() ? allowed : denied);
    }
    WARN(allowed << " allowed, " << denied << " denied");
    CHECK(allowed + denied >= 300);
    CHECK(allowed * 100 >= (allowed + denied) * 30);
    CHECK(denied * 100 >= (allowed + denied) * 30);
}
