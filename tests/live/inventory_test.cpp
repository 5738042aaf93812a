#include "live/inventory.hpp"

#include "catch.hpp"
#include "live/fake_transport.hpp"

namespace pveform::live {

namespace {

using test::Answer;
using test::FakeTransport;

/// Lists of everything, some with objects.
FakeTransport cluster() {
    FakeTransport pve;
    pve.answer("GET /nodes", Answer::data(R"([{"node":"pve1","status":"online"}])"));
    pve.answer("GET /storage", Answer::data(R"([{"storage":"local","type":"dir"}])"));
    pve.answer(
        "GET /cluster/resources?type=vm",
        Answer::data(R"([{"id":"qemu/100","type":"qemu","vmid":100},
                         {"id":"lxc/101","type":"lxc","vmid":101}])")
    );
    pve.answer("GET /cluster/sdn/zones", Answer::data(R"([{"zone":"z1","type":"vlan"}])"));
    pve.answer("GET /cluster/sdn/vnets", Answer::data(R"([{"vnet":"v1","zone":"z1"}])"));
    pve.answer("GET /cluster/sdn/controllers", Answer::data(R"([{"controller":"c1"}])"));
    pve.answer("GET /cluster/sdn/dns", Answer::data(R"([{"dns":"d1"}])"));
    pve.answer("GET /cluster/sdn/ipams", Answer::data(R"([{"ipam":"pve"}])"));
    pve.answer("GET /cluster/sdn/fabrics/fabric", Answer::data(R"([{"id":"f1"}])"));
    pve.answer("GET /cluster/mapping/pci", Answer::data(R"([{"id":"gpu"}])"));
    pve.answer("GET /cluster/mapping/usb", Answer::data("[]"));
    pve.answer("GET /cluster/mapping/dir", Answer::data("[]"));
    pve.answer("GET /access/permissions?path=", Answer::data("{}"));
    return pve;
}

/// Of somebody who sees everything.
View view() {
    View all;
    all.state.pools[PoolId{"prod/web"}] = {};
    all.state.groups[GroupId{"ops"}] = {};
    all.state.realms[RealmId{"pve"}] = {};
    for (const auto* path :
         {"/storage",
          "/vms",
          "/sdn/zones",
          "/sdn/controllers",
          "/sdn/dns",
          "/sdn/ipams",
          "/sdn/fabrics",
          "/mapping/pci",
          "/mapping/usb",
          "/mapping/dir"}) {
        for (const auto* privilege :
             {"VM.Audit", "Datastore.Audit", "SDN.Audit", "Mapping.Audit"}) {
            all.own[path][Privilege{privilege}] = true;
        }
    }
    return all;
}

} // namespace

TEST_CASE("an inventory holds what the lists and the view name", "[live]") {
    FakeTransport pve = cluster();
    const auto inventory = fetch_inventory(pve, view());
    REQUIRE(inventory.has_value());
    std::set<std::string> paths;
    for (const AclPath& path : inventory->objects) {
        paths.insert(path.text);
    }
    CHECK(
        paths ==
        std::set<std::string>{
            "/access/groups/ops",
            "/access/realm/pve",
            "/mapping/pci/gpu",
            "/nodes/pve1",
            "/pool/prod/web",
            "/sdn/controllers/c1",
            "/sdn/dns/d1",
            "/sdn/fabrics/f1",
            "/sdn/ipams/pve",
            "/sdn/zones/localnetwork",
            "/sdn/zones/z1",
            "/sdn/zones/z1/v1",
            "/storage/local",
            "/vms/100",
            "/vms/101"}
    );
    CHECK(inventory->unseen_below == std::set{AclPath{"/sdn/zones/localnetwork"}});
    CHECK(pve.log.size() == 12);
}

TEST_CASE("what may not be seen, or is not there in this release, is unseen", "[live]") {
    FakeTransport pve = cluster();
    pve.forget("GET /cluster/sdn/fabrics/fabric"); // then: 501
    pve.forget("GET /cluster/resources?type=vm");
    pve.answer("GET /cluster/resources?type=vm", Answer::failure(403, "Permission check failed"));
    View partial = view();
    partial.own.erase("/storage");
    partial.hidden_pools = {AclPath{"/pool/test"}};
    const auto inventory = fetch_inventory(pve, partial);
    REQUIRE(inventory.has_value());
    CHECK(
        inventory->unseen_below ==
        std::set{
            AclPath{"/pool/test"},
            AclPath{"/sdn/fabrics"},
            AclPath{"/sdn/zones/localnetwork"},
            AclPath{"/storage"},
            AclPath{"/vms"}}
    );
    CHECK(inventory->may_exist(AclPath{"/storage/nfs"}));
    CHECK_FALSE(inventory->may_exist(AclPath{"/nodes/pve2"}));
}

TEST_CASE("a guest that an entry of one's own hides may exist", "[live]") {
    FakeTransport pve = cluster();
    View all = view();
    all.state.acl[{AclPath{"/vms/102"}, Principal::of(UserId{"a@pve"}), RoleId{"NoAccess"}}] = {};
    const auto inventory = fetch_inventory(pve, all);
    REQUIRE(inventory.has_value());
    CHECK(inventory->may_exist(AclPath{"/vms/102"}));
    CHECK_FALSE(inventory->may_exist(AclPath{"/vms/103"}));
}

TEST_CASE("other errors and other shapes end an inventory", "[live]") {
    FakeTransport broken = cluster();
    broken.forget("GET /storage");
    broken.answer("GET /storage", Answer::failure(500, "broken"));
    CHECK(fetch_inventory(broken, view()).error().status == 500);
    FakeTransport odd = cluster();
    odd.forget("GET /nodes");
    odd.answer("GET /nodes", Answer::data(R"([{"name":"pve1"}])"));
    CHECK_THAT(
        fetch_inventory(odd, view()).error().message, ContainsSubstring("`[0].node` is `null`")
    );
}

} // namespace pveform::live
