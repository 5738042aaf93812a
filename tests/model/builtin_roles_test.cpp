// PVE's own roles by release (facts 5 and 9.1).
#include <algorithm>

#include "catch.hpp"

#include "model/builtin_roles.hpp"

using namespace pveform;

namespace {

std::size_t size(Release release, const std::string& role) {
    return builtin_roles(release).at(RoleId{role}).privileges.size();
}

bool has(Release release, const std::string& role, const std::string& privilege) {
    return builtin_roles(release).at(RoleId{role}).privileges.contains(Privilege{privilege});
}

} // namespace

TEST_CASE("PVE 9 has 17 roles of these sizes", "[model]") {
    constexpr Release release{9, 2};
    CHECK(builtin_roles(release).size() == 17);
    const std::pair<const char*, std::size_t> sizes[] = {
        {"NoAccess", 0},
        {"Administrator", 47},
        {"PVEAdmin", 40},
        {"PVEAuditor", 7},
        {"PVEDatastoreAdmin", 4},
        {"PVEDatastoreUser", 2},
        {"PVEMappingAdmin", 3},
        {"PVEMappingUser", 2},
        {"PVEPoolAdmin", 2},
        {"PVEPoolUser", 1},
        {"PVESDNAdmin", 3},
        {"PVESDNUser", 2},
        {"PVESysAdmin", 3},
        {"PVETemplateUser", 2},
        {"PVEUserAdmin", 3},
        {"PVEVMAdmin", 23},
        {"PVEVMUser", 10},
    };
    for (const auto& [role, count] : sizes) {
        INFO(role);
        CHECK(size(release, role) == count);
        CHECK(builtin_roles(release).at(RoleId{role}).built_in);
    }
}

TEST_CASE("PVEAdmin lacks what would let it make itself an administrator", "[model]") {
    for (const char* privilege :
         {"Mapping.Modify",
          "Permissions.Modify",
          "Realm.Allocate",
          "Sys.AccessNetwork",
          "Sys.Incoming",
          "Sys.Modify",
          "Sys.PowerMgmt"}) {
        INFO(privilege);
        CHECK(!has({9, 2}, "PVEAdmin", privilege));
        CHECK(has({9, 2}, "Administrator", privilege));
    }
}

TEST_CASE("VM.Monitor gave way to the guest agent's privileges in 9.0", "[model]") {
    CHECK(size({8, 1}, "Administrator") == 41);
    CHECK(size({8, 4}, "Administrator") == 42);
    CHECK(has({8, 4}, "PVEVMAdmin", "VM.Monitor"));
    CHECK(!has({9, 0}, "PVEVMAdmin", "VM.Monitor"));
    CHECK(!has({8, 4}, "PVEVMUser", "VM.GuestAgent.FileRead"));
    CHECK(has({9, 0}, "PVEVMUser", "VM.GuestAgent.FileRead"));
    CHECK(!has({9, 0}, "PVEVMUser", "VM.GuestAgent.Unrestricted"));
}

TEST_CASE("releases before and after the known ones have the roles of the nearest", "[model]") {
    CHECK(builtin_roles({7, 4}) == builtin_roles(Release::oldest_known()));
    CHECK(builtin_roles({8, 1}) == builtin_roles({8, 0}));
    CHECK(builtin_roles({8, 4}) == builtin_roles({8, 2}));
    CHECK(builtin_roles({9, 1}) == builtin_roles({9, 0}));
    CHECK(builtin_roles({10, 0}) == builtin_roles(Release::newest_known()));
}

TEST_CASE("the roles of all releases have what any release gives them", "[model]") {
    const auto& roles = builtin_roles_of_all_releases();
    CHECK(roles.size() == 17);
    CHECK(roles.at(RoleId{"Administrator"}).privileges.size() == 48);
    for (const Release release : {Release{8, 0}, Release{8, 2}, Release{9, 0}}) {
        for (const auto& [id, role] : builtin_roles(release)) {
            INFO(release.text() << " " << id.text);
            REQUIRE(roles.contains(id));
            CHECK(roles.at(id).built_in);
            CHECK(std::ranges::includes(roles.at(id).privileges, role.privileges));
        }
    }
}
