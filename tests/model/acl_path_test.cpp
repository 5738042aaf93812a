// Paths of ACL entries: how PVE normalises them, and which it lets be added, by release.

#include "model/acl_path.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"

using pveform::acl_roots;
using pveform::AclPath;
using pveform::is_at_or_below;
using pveform::is_below;
using pveform::is_nameless;
using pveform::nameless_child_of;
using pveform::path_above_nameless;
using pveform::Release;

namespace {

constexpr Release oldest = Release::oldest_known();
constexpr Release newest = Release::newest_known();

bool is_addable(const std::string& path, Release release = newest) {
    return AclPath{path}.is_addable(release);
}

} // namespace

TEST_CASE("a path is normalised as PVE does it", "[model]") {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"/", "/"},
        {"//", "/"},
        {"///", "/"},
        {"vms", "/vms"},
        {"/vms/", "/vms"},
        {"vms/100/", "/vms/100"},
        {"//vms///100//", "/vms/100"},
        {"/pool/a.b-c_d", "/pool/a.b-c_d"},
        {"/storage/..", "/storage/.."}, // an ordinary name
        {"00", "/00"},
    };
    for (const auto& [text, expected] : cases) {
        CAPTURE(text);
        CHECK(AclPath::parse(text)->text == expected);
    }
}

TEST_CASE("normalising twice changes nothing", "[model]") {
    for (const std::string text : {"/", "a//b/", "/vms/100"}) {
        const auto once = AclPath::parse(text);
        CHECK(AclPath::parse(once->text) == once);
    }
}

TEST_CASE("what PVE cannot normalise is refused", "[model]") {
    for (const std::string text :
         {"", "0", " ", "/a b", "/vms/1?0", "/a:b", "/a@b", "/pool/é", "/vms\n", "/%2F", "/a\\b"}) {
        CAPTURE(text);
        CHECK_FALSE(AclPath::parse(text));
    }
    CHECK(AclPath::parse("/a b").error().find("letters, digits") != std::string::npos);
}

TEST_CASE("every form of path that PVE 9.2 admits can be added", "[model]") {
    for (const std::string path :
         {"/",
          "/access",
          "/access/groups",
          "/access/groups/ops-1",
          "/access/realm",
          "/access/realm/corp.example",
          "/nodes",
          "/nodes/pve1",
          "/pool",
          "/pool/prod",
          "/pool/prod/web",
          "/pool/prod/web/front_1",
          "/sdn",
          "/sdn/controllers",
          "/sdn/controllers/c_1-x",
          "/sdn/dns",
          "/sdn/dns/dns1",
          "/sdn/fabrics",
          "/sdn/fabrics/f1",
          "/sdn/ipams",
          "/sdn/ipams/pve",
          "/sdn/prefix-lists",
          "/sdn/prefix-lists/p1",
          "/sdn/route-maps",
          "/sdn/route-maps/r1",
          "/sdn/zones",
          "/sdn/zones/localnetwork",
          "/sdn/zones/localnetwork/vmbr0",
          "/sdn/zones/z1/v1/1",
          "/sdn/zones/z1/v1/4094",
          "/sdn/zones/z1/v1/9999",
          "/storage",
          "/storage/local-lvm",
          "/vms",
          "/vms/100",
          "/vms/999999999",
          "/mapping",
          "/mapping/pci",
          "/mapping/pci/gpu.0"}) {
        CAPTURE(path);
        CHECK(is_addable(path));
    }
}

TEST_CASE("paths that PVE 9.2 does not admit cannot be added", "[model]") {
    for (const std::string path :
         {"/accessx",
          "/access/users",
          "/access/roles",
          "/access/groups/a/b",
          "/access/realm/a/b",
          "/cluster",
          "/nodes/a/b",
          "/pools",
          "/pool/a/b/c/d",
          "/sdn/vnets",
          "/sdn/vnets/v1",
          "/sdn/controllers/a.b",
          "/sdn/controllers/a/b",
          "/sdn/dns/a-b",
          "/sdn/fabrics/a_b",
          "/sdn/ipams/a.b",
          "/sdn/prefix-lists/a-b",
          "/sdn/route-maps/a-b",
          "/sdn/zones/z/v/0",
          "/sdn/zones/z/v/01",
          "/sdn/zones/z/v/10000",
          "/sdn/zones/z/v/1x",
          "/sdn/zones/z/v/1/2",
          "/storage/a/b",
          "/vms/99",
          "/vms/0100",
          "/vms/1a0",
          "/vms/100/config",
          "/mapping/a/b/c",
          "/Vms"}) {
        CAPTURE(path);
        CHECK_FALSE(is_addable(path));
    }
}

TEST_CASE("a path can be added from the release on that introduced it", "[model]") {
    const std::vector<std::pair<std::string, Release>> introductions = {
        {"/pool/a/b", {8, 1}},
        {"/pool/a/b/c", {8, 1}},
        {"/sdn/controllers", {8, 1}},
        {"/sdn/controllers/c", {8, 1}},
        {"/sdn/dns/d", {8, 1}},
        {"/sdn/ipams/i", {8, 1}},
        {"/sdn/fabrics", {9, 0}},
        {"/sdn/fabrics/f", {9, 0}},
        {"/sdn/prefix-lists/p", {9, 2}},
        {"/sdn/route-maps/r", {9, 2}},
    };
    const std::vector<Release> releases = {
        {8, 0}, {8, 1}, {8, 2}, {8, 3}, {8, 4}, {9, 0}, {9, 1}, {9, 2}, {9, 3}, {10, 0}};
    for (const auto& [path, since] : introductions) {
        for (const Release release : releases) {
            CAPTURE(path, release.text());
            CHECK(is_addable(path, release) == (release >= since));
        }
    }
}

TEST_CASE("the everyday paths can be added on every release", "[model]") {
    for (const std::string path :
         {"/",
          "/access",
          "/access/groups/g",
          "/nodes/n",
          "/pool/p",
          "/vms/100",
          "/storage/s",
          "/sdn/zones/z/v/12",
          "/mapping/usb/key"}) {
        CAPTURE(path);
        CHECK(is_addable(path, oldest));
    }
}

TEST_CASE("a path is reached by what stands at it, at `/` or at a component above", "[model]") {
    CHECK(is_at_or_below("/vms", "/vms"));
    CHECK(is_at_or_below("/vms/100", "/vms"));
    CHECK(is_at_or_below("/vms/100", "/"));
    CHECK(is_at_or_below("/", "/"));
    CHECK_FALSE(is_at_or_below("/vms/1000", "/vms/100"));
    CHECK_FALSE(is_at_or_below("/vms", "/vms/100"));
    CHECK_FALSE(is_at_or_below("/", "/vms"));
}

TEST_CASE("a path is below all that reaches it but itself", "[model]") {
    CHECK(is_below("/vms/100", "/vms"));
    CHECK(is_below("/vms/100", "/"));
    CHECK_FALSE(is_below("/vms", "/vms"));
    CHECK_FALSE(is_below("/", "/"));
    CHECK_FALSE(is_below("/vmsx/100", "/vms"));
}

TEST_CASE("the roots can be added on every release", "[model]") {
    CHECK(std::ranges::is_sorted(acl_roots));
    for (const auto root : acl_roots) {
        CAPTURE(root);
        CHECK(is_addable(std::string(root), oldest));
        CHECK(is_addable(std::string(root), newest));
    }
}

TEST_CASE("the nameless child of a path leads back to it", "[model]") {
    for (const std::string path : {"/", "/pool", "/pool/prod"}) {
        CAPTURE(path);
        const std::string child = nameless_child_of(path);
        CHECK(is_at_or_below(child, path));
        CHECK(child != path);
        CHECK_FALSE(AclPath::parse(child));
        CHECK(path_above_nameless(child) == path);
        CHECK(path_above_nameless(path).empty());
        CHECK(is_nameless(child));
        CHECK_FALSE(is_nameless(path));
    }
}
