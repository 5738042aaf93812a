// How PVE's permissions work, in examples that were run on PVE itself (facts 6.5).
#include <sstream>
#include <string>

#include "catch.hpp"

#include "access/evaluator.hpp"
#include "formats/cluster_state.hpp"

using namespace pveform;

namespace {

/// u1 is in g1 and g2 and has a full and a separated token; u2 is disabled.
const std::string base = "user:root@pam:1:0::::::\n"
                         "token:root@pam!sep:0:1::\n"
                         "user:u1@pve:1:0::::::\n"
                         "token:u1@pve!full:0:0::\n"
                         "token:u1@pve!sep:0:1::\n"
                         "user:u2@pve:0:0::::::\n"
                         "group:g1:u1@pve::\n"
                         "group:g2:u1@pve::\n"
                         "role:rA:VM.Audit,VM.Console:\n"
                         "role:rB:VM.PowerMgmt:\n"
                         "role:rP:Pool.Audit,VM.Audit:\n";

const std::string rA = "VM.Audit=1 VM.Console=1";

/// `VM.Audit=1 VM.Console=0`: what somebody holds at a path, sorted.
std::string held(const std::string& lines, const std::string& who, const std::string& path) {
    const State state = formats::read_state(base + lines, "", {9, 2});
    const bool is_token = who.find('!') != std::string::npos;
    const Principal principal{is_token ? PrincipalKind::token : PrincipalKind::user, who};
    std::string text;
    for (const auto& [privilege, flag] : access::Evaluator(state).privileges(principal, path)) {
        text += (text.empty() ? "" : " ") + privilege.text + (flag ? "=1" : "=0");
    }
    return text;
}

std::string u1(const std::string& lines, const std::string& path) {
    return held(lines, "u1@pve", path);
}

std::string full(const std::string& lines, const std::string& path) {
    return held(lines, "u1@pve!full", path);
}

std::string sep(const std::string& lines, const std::string& path) {
    return held(lines, "u1@pve!sep", path);
}

} // namespace

TEST_CASE("root@pam holds everything everywhere", "[access]") {
    const std::string all = held("", "root@pam", "/no/such/thing");
    CHECK(std::count(all.begin(), all.end(), '=') == 47);
    CHECK(all.find("=0") == std::string::npos);
}

TEST_CASE("a propagating entry reaches every path below, also unknown ones", "[access]") {
    const std::string acl = "acl:1:/:u1@pve:rA:\n";
    CHECK(u1(acl, "/") == rA);
    CHECK(u1(acl, "/vms/100") == rA);
    CHECK(u1(acl, "/anything/else") == rA);
}

TEST_CASE("an entry that does not propagate stays at its path", "[access]") {
    const std::string acl = "acl:0:/:u1@pve:rA:\n";
    CHECK(u1(acl, "/") == "VM.Audit=0 VM.Console=0");
    CHECK(u1(acl, "/vms").empty());
}

TEST_CASE("deeper entries replace what comes from above", "[access]") {
    const std::string acl = "acl:1:/vms:u1@pve:rA:\nacl:1:/vms/100:u1@pve:rB:\n";
    CHECK(u1(acl, "/vms/100") == "VM.PowerMgmt=1");
    CHECK(u1(acl, "/vms/101") == rA);
}

TEST_CASE("a deeper entry that does not propagate replaces at its own path only", "[access]") {
    const std::string acl = "acl:1:/sdn/zones:u1@pve:rA:\nacl:0:/sdn/zones/z1:u1@pve:rB:\n";
    CHECK(u1(acl, "/sdn/zones/z1") == "VM.PowerMgmt=0");
    CHECK(u1(acl, "/sdn/zones/z1/v1") == rA);
}

TEST_CASE("at one path a user's own entry hides those of groups", "[access]") {
    CHECK(u1("acl:1:/vms:u1@pve:rA:\nacl:1:/vms:@g1:rB:\n", "/vms/100") == rA);
    CHECK(u1("acl:1:/vms:u1@pve:rA:\nacl:1:/vms/100:@g1:rB:\n", "/vms/100") == "VM.PowerMgmt=1");
}

TEST_CASE("groups add up at one path", "[access]") {
    CHECK(
        u1("acl:1:/vms:@g1:rA:\nacl:1:/vms:@g2:rB:\n", "/vms/100") ==
        "VM.Audit=1 VM.Console=1 VM.PowerMgmt=1"
    );
}

TEST_CASE("NoAccess wins at its path, unless it is hidden or replaced", "[access]") {
    CHECK(u1("acl:1:/vms:@g1:rA:\nacl:1:/vms:@g2:NoAccess:\n", "/vms/100").empty());
    CHECK(u1("acl:1:/vms:u1@pve:rA:\nacl:1:/vms:@g2:NoAccess:\n", "/vms/100") == rA);
    const std::string deeper = "acl:1:/:u1@pve:NoAccess:\nacl:1:/vms:u1@pve:rA:\n";
    CHECK(u1(deeper, "/").empty());
    CHECK(u1(deeper, "/vms/100") == rA);
    CHECK(u1("acl:1:/vms/100:u1@pve:NoAccess,rA:\n", "/vms/100").empty());
}

TEST_CASE("an own entry that does not reach a path hides nothing there", "[access]") {
    const std::string acl = "acl:0:/vms:u1@pve:rA:\nacl:1:/vms:@g1:rB:\n";
    CHECK(u1(acl, "/vms") == "VM.Audit=0 VM.Console=0");
    CHECK(u1(acl, "/vms/100") == "VM.PowerMgmt=1");
}

TEST_CASE(
    "a token without separation is its user; a separated one has the intersection", "[access]"
) {
    const std::string acl = "acl:1:/vms:u1@pve:rA:\n";
    CHECK(full(acl, "/vms/100") == rA);
    CHECK(sep(acl, "/vms/100").empty());
    CHECK(sep(acl + "acl:1:/vms:u1@pve!sep:Administrator:\n", "/vms/100") == rA);
    CHECK(sep("acl:1:/vms:@g1:rA:\nacl:1:/vms:u1@pve!sep:rP:\n", "/vms/100") == "VM.Audit=1");
}

TEST_CASE("flags of token and user are combined", "[access]") {
    const std::string acl = "acl:0:/vms:u1@pve:rA:\nacl:1:/vms:u1@pve!sep:rA:\n";
    CHECK(sep(acl, "/vms") == "VM.Audit=0 VM.Console=0");
    CHECK(sep(acl, "/vms/100").empty());
}

TEST_CASE("a separated token of root is bound by its own entries only", "[access]") {
    const std::string acl = "acl:1:/vms:root@pam!sep:rA:\n";
    CHECK(held(acl, "root@pam!sep", "/vms/100") == rA);
    CHECK(held(acl, "root@pam!sep", "/").empty());
}

TEST_CASE("what a pool gives reaches its members, and never propagates", "[access]") {
    const std::string acl = "pool:p1::100:st1:\nacl:1:/pool/p1:u1@pve:rP:\n";
    CHECK(u1(acl, "/vms/100") == "Pool.Audit=0 VM.Audit=0");
    CHECK(u1(acl, "/storage/st1") == "Pool.Audit=0 VM.Audit=0");
    CHECK(u1(acl, "/pool/p1") == "Pool.Audit=1 VM.Audit=1");
    CHECK(u1(acl, "/vms/101").empty());
    CHECK(u1(acl, "/vms/100/").empty());
}

TEST_CASE("a pool brings back what a deeper entry replaced", "[access]") {
    const std::string acl = "pool:p1::100::\n"
                            "acl:1:/:u1@pve:rA:\n"
                            "acl:1:/vms/100:u1@pve:rB:\n"
                            "acl:1:/vms/101:u1@pve:rB:\n";
    CHECK(u1(acl, "/vms/100") == "VM.Audit=0 VM.Console=0 VM.PowerMgmt=1");
    CHECK(u1(acl, "/vms/101") == "VM.PowerMgmt=1");
}

TEST_CASE(
    "NoAccess through a pool takes everything, and the guest's own beats the pool", "[access]"
) {
    const std::string above = "pool:p1::100::\n"
                              "acl:1:/:u1@pve:NoAccess:\n"
                              "acl:1:/vms/100:u1@pve:rA:\n"
                              "acl:1:/vms/101:u1@pve:rA:\n";
    CHECK(u1(above, "/vms/100").empty());
    CHECK(u1(above, "/vms/101") == rA);
    const std::string at_pool =
        "pool:p1::100::\nacl:1:/pool/p1:u1@pve:NoAccess:\nacl:1:/vms/100:u1@pve:rA:\n";
    CHECK(u1(at_pool, "/vms/100").empty());
    const std::string at_guest =
        "pool:p1::100::\nacl:1:/pool/p1:u1@pve:rP:\nacl:1:/vms/100:u1@pve:NoAccess:\n";
    CHECK(u1(at_guest, "/vms/100").empty());
}

TEST_CASE("a nested pool inherits from the one above, as far as it propagates", "[access]") {
    CHECK(
        u1("pool:p1/s::100::\nacl:1:/pool/p1:u1@pve:rP:\n", "/vms/100") == "Pool.Audit=0 VM.Audit=0"
    );
    const std::string bound = "pool:p1/s::100::\nacl:0:/pool/p1:u1@pve:rP:\n";
    CHECK(u1(bound, "/vms/100").empty());
    CHECK(u1(bound, "/pool/p1") == "Pool.Audit=0 VM.Audit=0");
}

TEST_CASE("pools count for separated tokens, too", "[access]") {
    CHECK(
        sep("pool:p1::100::\nacl:1:/pool/p1:u1@pve:rP:\nacl:1:/vms:u1@pve!sep:rA:\n", "/vms/100") ==
        "VM.Audit=0"
    );
    const std::string both = "pool:p1::100::\nacl:1:/pool/p1:u1@pve,u1@pve!sep:rP:\n";
    CHECK(sep(both, "/vms/100") == "Pool.Audit=0 VM.Audit=0");
    CHECK(sep(both, "/pool/p1") == "Pool.Audit=1 VM.Audit=1");
}

TEST_CASE("whether a user is disabled does not matter to what it holds", "[access]") {
    CHECK(held("acl:1:/vms:u2@pve:rA:\n", "u2@pve", "/vms") == rA);
}

TEST_CASE("a path is taken as it is written", "[access]") {
    const std::string acl = "acl:1:/vms:u1@pve:rA:\n";
    CHECK(u1(acl, "vms/100") == rA);
    CHECK(u1(acl, "/vms/") == rA);
    CHECK(u1(acl, "//vms") == rA);
    CHECK(u1(acl, "/").empty());
    CHECK(u1("acl:1:/:u1@pve:rA:\n", "vms/100").empty());
}

TEST_CASE("roles at one path add up, each with its own flag", "[access]") {
    const std::string acl = "acl:1:/vms:u1@pve:rA:\nacl:0:/vms:u1@pve:rP:\n";
    CHECK(u1(acl, "/vms") == "Pool.Audit=0 VM.Audit=1 VM.Console=1");
    CHECK(u1(acl, "/vms/100") == rA);
}

TEST_CASE("NoAccess of a token is replaced further down like any role", "[access]") {
    const std::string acl = "acl:1:/vms:u1@pve:rA:\n"
                            "acl:1:/vms:u1@pve!sep:NoAccess:\n"
                            "acl:1:/vms/100:u1@pve!sep:rA:\n";
    CHECK(sep(acl, "/vms/100") == rA);
    CHECK(sep(acl, "/vms").empty());
}

TEST_CASE("groups hold nothing themselves, and unknown tokens nothing at all", "[access]") {
    const State state = formats::read_state(base + "acl:1:/:@g1:rA:\n", "", {9, 2});
    const access::Evaluator evaluator(state);
    CHECK(evaluator.privileges({PrincipalKind::group, "g1"}, "/").empty());
    CHECK(held("acl:1:/:u1@pve:rA:\n", "u1@pve!none", "/").empty());
    CHECK(evaluator.holds({PrincipalKind::user, "u1@pve"}, "/vms", Privilege{"VM.Audit"}));
}
