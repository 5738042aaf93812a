// The difference of the access of two states, at an eighth to the whole of the largest cluster that
// PVE can hold (a user.cfg of 1 MiB), for plans that touch one principal and everybody.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "access/difference.hpp"

using namespace pveform; // NOLINT: a small program of its own

namespace {

constexpr int all_users = 4000;
constexpr int all_tokens = 6000;
constexpr int all_rows = 15000;
constexpr int all_groups = 200;
constexpr int all_pools = 400;

std::string name(const char* prefix, int number) {
    return prefix + std::to_string(number);
}

/// `part` of eight. Half of the users have entries of their own; each is in three groups; a group
/// has entries at 25 paths or so, and each pool ten guests.
State cluster(int part) {
    State state;
    state.roles[RoleId{"NoAccess"}];
    for (int i = 0; i < 30; ++i) {
        Role& role = state.roles[RoleId{name("R", i)}];
        for (int bit = 0; bit < 47; ++bit) {
            if ((i * 7 + bit * 5) % 11 < 4) {
                role.privileges.insert(Privilege{name("P.", bit)});
            }
        }
    }
    const int users = all_users * part / 8;
    const int groups = all_groups * part / 8;
    const int pools = all_pools * part / 8;
    for (int i = 0; i < pools; ++i) {
        Pool& pool = state.pools[PoolId{name("p", i)}];
        for (int k = 0; k < 10; ++k) {
            pool.guests.insert(static_cast<std::uint32_t>(100 + i * 10 + k));
        }
    }
    const auto path_of = [&](int i) {
        switch (i % 8) {
        case 0:
            return AclPath{name("/pool/p", i % pools)};
        case 1:
            return AclPath{name("/storage/s", i % 97)};
        case 2:
            return AclPath{i % 5 == 0 ? "/vms" : "/nodes"};
        default:
            return AclPath{name("/vms/", 100 + i * 31 % (pools * 12))};
        }
    };
    for (int i = 0; i < users; ++i) {
        const UserId user{name("user", i) + "@pve"};
        state.users[user];
        for (int k = 0; k < 3; ++k) {
            state.groups[GroupId{name("g", (i * 3 + k * 17) % groups)}].members.insert(user);
        }
    }
    for (int i = 0; i < all_tokens * part / 8; ++i) {
        const UserId user{name("user", i % users) + "@pve"};
        state.tokens[{user, name("t", i / users)}].privilege_separation = i % 3 != 0;
    }
    int row = 0;
    const auto grant = [&](const Principal& principal) {
        state.acl[{path_of(row), principal, RoleId{name("R", row * 13 % 30)}}] = {row % 4 != 0};
        ++row;
    };
    while (state.acl.size() < static_cast<std::size_t>(all_rows * part / 8)) {
        grant(Principal::of(UserId{name("user", row % users / 2 * 2) + "@pve"}));
        grant(Principal::of(GroupId{name("g", row % groups)}));
        grant(Principal::of(TokenId{UserId{name("user", row % users) + "@pve"}, name("t", row % 2)})
        );
    }
    return state;
}

/// Nothing to share: everybody is in one group with half of all entries, and has one of its own.
State crossed(int part) {
    State state;
    state.roles[RoleId{"R"}].privileges = {Privilege{"P.1"}, Privilege{"P.2"}};
    state.roles[RoleId{"S"}].privileges = {Privilege{"P.3"}};
    const int users = all_users * part / 8;
    for (int i = 0; i < users; ++i) {
        const UserId user{name("user", i) + "@pve"};
        state.users[user];
        state.groups[GroupId{"all"}].members.insert(user);
        state.acl[{AclPath{name("/vms/", 100 + i)}, Principal::of(user), RoleId{"S"}}] = {};
    }
    for (int i = 0; i < all_rows * part / 16; ++i) {
        state.acl[{AclPath{name("/vms/", 100 + i)}, Principal::of(GroupId{"all"}), RoleId{"R"}}] =
            {};
    }
    return state;
}

double peak_mib() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

void measure(int part, const char* what, const State& before, const State& after) {
    const double memory = peak_mib();
    const auto begin = std::chrono::steady_clock::now();
    const auto difference = access::difference(before, after, 1'800'000'000);
    const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - begin;
    std::size_t shifts = 0;
    for (const access::Affected& one : difference.affected) {
        shifts += one.shifts.size();
    }
    std::printf(
        "| %d/8 | %s | %zu | %zu | %zu | %.0f ms | %.0f MiB of %.0f MiB |\n",
        part,
        what,
        before.acl.size(),
        difference.principals(),
        shifts,
        time.count(),
        peak_mib() - memory,
        peak_mib()
    );
}

} // namespace

/// The size in eighths; each size in a process of its own, as the peak of memory never falls.
int main(int argc, char** argv) {
    const int part = argc > 1 ? std::atoi(argv[1]) : 8;
    const State before = cluster(part);
    State after = before;
    after.acl[{AclPath{"/vms"}, Principal::of(UserId{"user1@pve"}), RoleId{"R1"}}] = {};
    measure(part, "one user", before, after);
    after.acl[{AclPath{"/vms"}, Principal::of(GroupId{"g1"}), RoleId{"R2"}}] = {};
    measure(part, "one group", before, after);
    for (auto& [id, role] : after.roles) {
        if (id.text != "NoAccess") {
            role.privileges.erase(Privilege{"P.0"});
            role.privileges.insert(Privilege{"P.1"});
        }
    }
    measure(part, "all roles", before, after);
    const State worst = crossed(part);
    State without = worst;
    without.roles[RoleId{"R"}].privileges.clear();
    measure(part, "worst", worst, without);
}
