// ACL entries, permissions and pools, as PVE answers (facts 3.6, 3.7, 3.9).
#include "api_world.hpp"

using namespace pveform;
using namespace pveform::simulator;
using namespace pveform::simulator::test;
using Names = std::vector<std::string>;

namespace {

/// `path type ugid role propagate` of every row.
Names rows(World& world, const Caller& caller) {
    Names result;
    const Answer answer = world.get(caller, "/access/acl");
    for (const json::Value& row : *answer.data().as_array()) {
        result.push_back(
            *row.find("path")->as_string() + " " + *row.find("type")->as_string() + " " +
            *row.find("ugid")->as_string() + " " + *row.find("roleid")->as_string() + " " +
            std::to_string(*row.find("propagate")->as_int())
        );
    }
    return result;
}

bool contains(const Names& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

} // namespace

TEST_CASE(
    "rows of vanished users are listed, those of vanished roles and tokens are not", "[simulator]"
) {
    World world;
    const Names all = rows(world, boss);
    CHECK(contains(all, "/vms/300 user ghost@pve Looker 1"));
    CHECK(!contains(all, "/vms/301 user ann@pve Vanished 1"));
    CHECK(!contains(all, "/vms/302 token ann@pve!gone Looker 1"));
}

TEST_CASE("a role or token that comes back does not bring its rows", "[simulator]") {
    World world;
    world.post(boss, "/access/roles", "roleid=Vanished&privs=VM.Audit");
    world.post(boss, "/access/users/ann@pve/token/gone");
    const Names all = rows(world, boss);
    CHECK(!contains(all, "/vms/301 user ann@pve Vanished 1"));
    CHECK(!contains(all, "/vms/302 token ann@pve!gone Looker 1"));
}

TEST_CASE("the row of a vanished user cannot be deleted until the user is back", "[simulator]") {
    World world;
    const std::string deletion = "path=/vms/300&users=ghost@pve&roles=Looker&delete=1";
    CHECK(
        world.put(boss, "/access/acl", deletion).message() ==
        "ACL update failed: user 'ghost@pve' does not exist\n"
    );
    world.post(boss, "/access/users", "userid=ghost@pve");
    CHECK(
        *world.get(boss, "/access/users/ghost@pve").data().find("groups") ==
        json::Value(json::Array{"staff"})
    );
    CHECK(world.put(boss, "/access/acl", deletion).status == 200);
    CHECK(!contains(rows(world, boss), "/vms/300 user ghost@pve Looker 1"));
}

TEST_CASE("one call grants the product of subjects and roles", "[simulator]") {
    World world;
    REQUIRE(
        world
            .put(
                boss,
                "/access/acl",
                "path=storage//x/&users=ann@pve&groups=crew&tokens=ann@pve!sep&roles=Looker,Maker&"
                "propagate=0"
            )
            .status == 200
    );
    const Names all = rows(world, boss);
    for (const char* row :
         {"/storage/x user ann@pve Looker 0",
          "/storage/x user ann@pve Maker 0",
          "/storage/x group crew Looker 0",
          "/storage/x group crew Maker 0",
          "/storage/x token ann@pve!sep Looker 0",
          "/storage/x token ann@pve!sep Maker 0"}) {
        CHECK(contains(all, row));
    }
}

TEST_CASE("a deletion ignores the flag and rows that are not there", "[simulator]") {
    World world;
    const std::string row = "path=/vms/200&users=lead@pve&roles=Maker&delete=1&propagate=0";
    CHECK(world.put(boss, "/access/acl", row).status == 200);
    CHECK(world.put(boss, "/access/acl", row).status == 200);
    CHECK(
        world.put(boss, "/access/acl", "path=/no/such&users=ann@pve&roles=Maker&delete=1").status ==
        200
    );
}

TEST_CASE("rows can be added at the paths of the release only", "[simulator]") {
    World world;
    const auto add = [&world](const std::string& path) {
        return world.put(boss, "/access/acl", "users=ann@pve&roles=Looker&path=" + path);
    };
    CHECK(add("/access/users").error("path") == "invalid ACL path '/access/users'");
    CHECK(add("/vms/99").status == 400);
    CHECK(add("a%20b").error("path") == "invalid ACL path 'a b'");
    CHECK(add("/sdn/prefix-lists/x").status == 200);
    ApiOptions old;
    old.release = {9, 1};
    World older(small_cluster(), old);
    CHECK(
        older.put(boss, "/access/acl", "users=ann@pve&roles=Looker&path=/sdn/prefix-lists/x")
            .status == 400
    );
}

TEST_CASE("PVE forgets components that Perl takes for false", "[simulator]") {
    World world;
    REQUIRE(
        world.put(boss, "/access/acl", "path=/storage/0&users=ann@pve&roles=Looker").status == 200
    );
    CHECK(contains(rows(world, boss), "/storage user ann@pve Looker 1"));
}

TEST_CASE("rows for root@pam are taken and forgotten", "[simulator]") {
    World world;
    CHECK(world.put(boss, "/access/acl", "path=/&users=root@pam&roles=Looker").status == 200);
    CHECK(!contains(rows(world, boss), "/ user root@pam Looker 1"));
    CHECK(world.put(boss, "/access/acl", "path=/&tokens=root@pam!sep&roles=Looker").status == 200);
    CHECK(contains(rows(world, boss), "/ token root@pam!sep Looker 1"));
}

TEST_CASE("who may only allocate guests passes on no more than it holds", "[simulator]") {
    World world;
    const auto grant = [&world](const std::string& rest) {
        return world.put(lead, "/access/acl", "path=/vms/200&users=ann@pve&" + rest).message();
    };
    CHECK(grant("roles=Looker").empty());
    CHECK(
        grant("roles=PVEVMUser") ==
        "ACL update failed: 400 Parameter verification failed.\n"
        "role: Cannot add role 'PVEVMUser' - requires 'Permissions.Modify' or superset of "
        "privileges.\n"
    );
    CHECK(
        grant("roles=NoAccess&delete=1") ==
        "ACL update failed: 400 Parameter verification failed.\n"
        "role: Cannot remove role 'NoAccess' - requires 'Permissions.Modify'\n"
    );
    world.put(boss, "/access/acl", "path=/vms/200&users=lead@pve&roles=Maker&propagate=0");
    CHECK(
        grant("roles=Looker") ==
        "ACL update failed: 400 Parameter verification failed.\n"
        "role: Cannot add role 'Looker' with propagation - requires 'Permissions.Modify' or "
        "propagated superset of privileges.\n"
    );
    CHECK(grant("roles=Looker&propagate=0").empty());
    CHECK(
        world.put(lead, "/access/acl", "path=/vms/201&users=ann@pve&roles=Looker").reason ==
        "Permission check failed (/vms/201, Permissions.Modify|VM.Allocate)"
    );
    CHECK(
        world.put(lead, "/access/acl", "users=ann@pve&roles=Looker").reason ==
        "Permission check failed (/-, Permissions.Modify)"
    );
}

TEST_CASE("the list shows rows where the caller may change them", "[simulator]") {
    World world;
    CHECK(rows(world, lead) == Names{"/vms/200 user lead@pve Maker 1"});
    CHECK(rows(world, guest).empty());
}

TEST_CASE("permissions are about oneself, one's own tokens, or for auditors", "[simulator]") {
    World world;
    CHECK(
        world.get(guest, "/access/permissions?userid=ann@pve").reason ==
        "Permission check failed (/access, Sys.Audit)"
    );
    CHECK(world.get(guest, "/access/permissions?userid=guest@pve").status == 403);
    const Caller ann = world.log_in("ann@pve", "ann-password");
    CHECK(world.get(ann, "/access/permissions?userid=ann@pve!sep").status == 200);
    CHECK(keys(world.get(boss, "/access/permissions?userid=nobody@nowhere").data()).empty());
}

TEST_CASE(
    "without a path the tree's nodes and pool members are listed, where anything is held",
    "[simulator]"
) {
    World world;
    CHECK(
        keys(world.get(boss, "/access/permissions?userid=lead@pve").data()) ==
        Names{"/access/groups/staff", "/access/realm/pve", "/vms/200"}
    );
    world.put(boss, "/access/acl", "path=/pool/shop&users=ann@pve&roles=PVEPoolUser");
    const Answer answer = world.get(boss, "/access/permissions?userid=ann@pve");
    CHECK(keys(answer.data()) == Names{"/pool/shop", "/storage/local", "/vms/100", "/vms/101"});
    CHECK(*answer.data().find("/pool/shop")->find("Pool.Audit") == json::Value(1));
    CHECK(*answer.data().find("/vms/100")->find("Pool.Audit") == json::Value(0));
}

TEST_CASE("a path is taken as it stands", "[simulator]") {
    World world;
    world.put(boss, "/access/acl", "path=/&users=ann@pve&roles=Looker");
    const auto held = [&world](const std::string& path) {
        const Answer answer = world.get(boss, "/access/permissions?userid=ann@pve&path=" + path);
        REQUIRE(answer.data().as_object()->size() == 1);
        return answer.data().as_object()->front().second.as_object()->size();
    };
    CHECK(held("/vms/100") == 1);
    CHECK(held("vms/100") == 0); // skips the root
    CHECK(
        world.get(boss, "/access/permissions?userid=ann@pve&path=0").data().as_object()->size() > 1
    );
}

TEST_CASE("anybody sees any pool that it can name", "[simulator]") {
    World world;
    CHECK(world.get(guest, "/pools").data().as_array()->empty());
    const Answer named = world.get(guest, "/pools?poolid=shop");
    CHECK(column(named.data(), "poolid") == Names{"shop"});
    CHECK(
        column(*named.data().as_array()->front().find("members"), "id") ==
        Names{"qemu/100", "qemu/101", "storage/pve/local"}
    );
    CHECK(world.get(guest, "/pools/shop").status == 403);
    CHECK(world.get(boss, "/pools?poolid=none").message() == "pool 'none' does not exist\n");
}

TEST_CASE("releases differ in what they say about a storage id of one character", "[simulator]") {
    const auto complaint = [](Release release) {
        ApiOptions options;
        options.release = release;
        World world(small_cluster(), options);
        return world.put(boss, "/pools", "poolid=shop&storage=a").error("storage");
    };
    CHECK(
        complaint({9, 2}) == "invalid format - storage ID 'a' cannot be shorter than 2 characters\n"
    );
    CHECK(complaint({9, 1}) == "invalid format - storage ID 'a' contains illegal characters\n");
}

TEST_CASE("a pool named 0 is whichever pool comes first", "[simulator]") {
    ClusterFiles files = small_cluster();
    files.user_cfg += "pool:0:Zero:100::\npool:-a:First:::\n";
    World world(std::move(files));
    CHECK(
        world.get(boss, "/pools/0").data() ==
        json::Value(json::Object{{"poolid", "-a"}, {"comment", "First"}})
    );
    ClusterFiles without_pools = small_cluster();
    const std::string line = "pool:shop::100,101:local:\n";
    without_pools.user_cfg.erase(without_pools.user_cfg.find(line), line.size());
    World empty(std::move(without_pools));
    CHECK(empty.get(boss, "/pools/0").status == 200);
    CHECK(empty.get(boss, "/pools/0").data().is_null());
}

TEST_CASE("pools nest, move guests on request and stay while they hold something", "[simulator]") {
    World world;
    const auto message = [](const Answer& answer) { return answer.message(); };
    CHECK(
        message(world.post(boss, "/pools", "poolid=zz/sub")) ==
        "create pool failed: parent 'zz' of pool 'zz/sub' does not exist\n"
    );
    CHECK(
        message(world.post(boss, "/pools", "poolid=1st")) ==
        "create pool failed: pool name must start with a letter\n"
    );
    CHECK(world.post(boss, "/pools", "poolid=shop/sub").status == 200);
    CHECK(
        message(world.put(boss, "/pools", "poolid=shop/sub&vms=100")) ==
        "update pools failed: VM 100 belongs already to pool 'shop' and 'allow-move' is not set\n"
    );
    CHECK(world.put(boss, "/pools", "poolid=shop/sub&vms=100&allow-move=1").status == 200);
    CHECK(
        message(world.remove(boss, "/pools?poolid=shop")) ==
        "delete pool failed: pool 'shop' is not empty (contains pool 'shop/sub')\n"
    );
    CHECK(
        message(world.remove(boss, "/pools?poolid=shop/sub")) ==
        "delete pool failed: pool 'shop/sub' is not empty (contains VM 100)\n"
    );
}

TEST_CASE("only a top-level pool takes its ACL entries along", "[simulator]") {
    World world;
    world.post(boss, "/pools", "poolid=shop/sub");
    world.put(boss, "/access/acl", "path=/pool/shop/sub&users=ann@pve&roles=Looker");
    CHECK(world.remove(boss, "/pools?poolid=shop/sub").status == 200);
    CHECK(contains(rows(world, boss), "/pool/shop/sub user ann@pve Looker 1"));
    world.put(boss, "/pools", "poolid=shop&vms=100,101&storage=local&delete=1");
    CHECK(world.remove(boss, "/pools?poolid=shop").status == 200);
    CHECK(!contains(rows(world, boss), "/pool/shop/sub user ann@pve Looker 1"));
}
