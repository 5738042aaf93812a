#include "model/inventory.hpp"

#include "catch.hpp"

namespace pveform {

namespace {

Inventory inventory() {
    Inventory result;
    for (const auto* path :
         {"/vms/100", "/pool/prod", "/pool/prod/web", "/sdn/zones/z1", "/sdn/zones/z1/v1"}) {
        result.objects.insert(AclPath{path});
    }
    result.unseen_below = {AclPath{"/storage"}, AclPath{"/pool/test"}};
    return result;
}

} // namespace

TEST_CASE("an object that is listed exists", "[model]") {
    for (const auto* path : {"/vms/100", "/pool/prod/web", "/sdn/zones/z1/v1"}) {
        CHECK(inventory().may_exist(AclPath{path}));
    }
}

TEST_CASE("an object that is not listed where all are does not exist", "[model]") {
    for (const auto* path :
         {"/vms/101",
          "/nodes/pve9",
          "/pool/prod/db",
          "/pool/dev",
          "/sdn/zones/z2",
          "/sdn/zones/z1/v2",
          "/access/groups/ops",
          "/access/realm/corp",
          "/mapping/pci/gpu"}) {
        INFO(path);
        CHECK_FALSE(inventory().may_exist(AclPath{path}));
    }
}

TEST_CASE("what cannot be seen may exist", "[model]") {
    for (const auto* path : {"/storage/nfs", "/pool/test", "/pool/test/web"}) {
        CHECK(inventory().may_exist(AclPath{path}));
    }
    CHECK_FALSE(inventory().may_exist(AclPath{"/pool/testing"}));
}

TEST_CASE("paths that are no objects, or of kinds that are not listed, may exist", "[model]") {
    for (const auto* path :
         {"/",
          "/vms",
          "/access",
          "/access/groups",
          "/mapping",
          "/mapping/notifications/mail",
          "/sdn",
          "/sdn/zones"}) {
        INFO(path);
        CHECK(inventory().may_exist(AclPath{path}));
    }
}

TEST_CASE("a VLAN tag may exist where its network does", "[model]") {
    CHECK(inventory().may_exist(AclPath{"/sdn/zones/z1/v1/7"}));
    CHECK_FALSE(inventory().may_exist(AclPath{"/sdn/zones/z1/v2/7"}));
}

} // namespace pveform
