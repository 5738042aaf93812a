// Where objects stand in PVE's tree of paths.
#include "model/object_paths.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"

using namespace pveform;

namespace {

using Paths = std::vector<std::string>;

Pool pool_with(std::set<std::uint32_t> guests, std::set<std::string> storages) {
    return {.comment = {}, .guests = std::move(guests), .storages = std::move(storages)};
}

} // namespace

TEST_CASE("groups, realms and pools have paths by their names", "[model]") {
    CHECK(path_of(GroupId{"ops"}) == "/access/groups/ops");
    CHECK(path_of(RealmId{"pve"}) == "/access/realm/pve");
    CHECK(path_of(PoolId{"prod/web"}) == "/pool/prod/web");
}

TEST_CASE("what is in a pool stands at paths of its own", "[model]") {
    CHECK(member_paths({}).empty());
    CHECK(
        member_paths(pool_with({100, 4000000000}, {"local", "a.b"})) ==
        Paths{"/vms/100", "/vms/4000000000", "/storage/a.b", "/storage/local"}
    );
}

TEST_CASE("a storage can be in several pools", "[model]") {
    State state;
    state.pools[PoolId{"a"}] = pool_with({100}, {"local"});
    state.pools[PoolId{"b"}] = pool_with({101}, {"local"});
    state.pools[PoolId{"c"}] = pool_with({}, {});
    CHECK(
        pools_by_member(state) ==
        PoolsByMember{
            {"/storage/local", {PoolId{"a"}, PoolId{"b"}}},
            {"/vms/100", {PoolId{"a"}}},
            {"/vms/101", {PoolId{"b"}}},
        }
    );
}

TEST_CASE("members and pools are known by where they stand", "[model]") {
    CHECK(member_kind("/vms/100") == MemberKind::guest);
    CHECK(member_kind("/storage/local") == MemberKind::storage);
    for (const char* path : {"/", "/vms", "/storage", "/vmsx/100", "/pool/prod", "/nodes/vms/1"}) {
        INFO(path);
        CHECK(!member_kind(path));
    }
    CHECK(is_pool_path("/pool/prod"));
    CHECK(is_pool_path("/pool/prod/web"));
    CHECK(!is_pool_path("/pool"));
    CHECK(!is_pool_path("/pools/prod"));
}
