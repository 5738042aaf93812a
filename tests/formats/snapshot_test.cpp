#include "formats/snapshot.hpp"

#include "catch.hpp"
#include "formats/cluster_state.hpp"
#include "json/read.hpp"
#include "json/write.hpp"

using namespace pveform;          // NOLINT: a test's own small world
using namespace pveform::formats; // NOLINT

namespace {

/// With everything that a state can hold, what vanished included.
Snapshot some_snapshot() {
    const State state = read_state(
        "user:root@pam:1:0::::::\n"
        "user:ann@pve:1:1900000000:Ann:Ash:ann@example.com:M\xC3\xBCller, \"boss\"::\n"
        "token:ann@pve!ci:1900000000:0:to be removed:\n"
        "user:dora@corp:0:0::::::\n"
        "group:ops:ann@pve,ghost@pve:Operations:\n"
        "role:Deployer:VM.Audit,VM.PowerMgmt:\n"
        "role:Empty::\n"
        "pool:prod:production:100,101:local,ceph:\n"
        "acl:1:/pool/prod:@ops:Deployer:\n"
        "acl:0:/:ann@pve!ci:PVEAuditor:\n"
        "acl:1:/vms:ghost@pve:Empty:\n",
        "ldap: corp\n\tserver1 192.0.2.1\n\tbase_dn dc=x\n\tuser_attr uid\n\tcase-sensitive 0\n",
        Release{8, 4}
    );
    return {
        .cluster = "prod",
        .endpoint = "https://pve1.example.com:8006",
        .version = "8.4.1",
        .taken_at = 1'800'000'000,
        .state = state,
        .hidden_pools = {AclPath{"/pool"}},
    };
}

/// What is said of a snapshot in which one value is another one; the path is of keys.
std::string complaint(const std::vector<std::string>& path, const json::Value& value) {
    auto root = json::parse(write_snapshot(some_snapshot()));
    REQUIRE(root);
    json::Value* place = &*root;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
        place = place->find(path[i]);
        REQUIRE(place != nullptr);
    }
    place->set(path.back(), value);
    const auto snapshot = read_snapshot(json::dump(*root));
    return snapshot ? "(none)" : snapshot.error();
}

json::Value row(const char* kind, const char* id, const char* role) {
    return json::Object{
        {"path", "/"}, {"kind", kind}, {"id", id}, {"role", role}, {"propagate", true}};
}

} // namespace

TEST_CASE("a snapshot comes back as it was", "[formats]") {
    const Snapshot snapshot = some_snapshot();
    const std::string text = write_snapshot(snapshot);
    CHECK(looks_like_snapshot(text));
    const auto back = read_snapshot(text);
    REQUIRE(back);
    CHECK(*back == snapshot);
    CHECK(write_snapshot(*back) == text);
}

TEST_CASE("a user.cfg is not taken for a snapshot", "[formats]") {
    CHECK_FALSE(looks_like_snapshot("user:root@pam:1:0::::::\n"));
    CHECK_FALSE(looks_like_snapshot(""));
}

TEST_CASE("reading a snapshot is strict, and says what is wrong and where", "[formats]") {
    CHECK(complaint({"cluster"}, "prod") == "(none)");
    CHECK(complaint({"format"}, "other") == "it is JSON, but no snapshot of pveform");
    CHECK(
        complaint({"format_version"}, 2) ==
        "it is a snapshot of another version; this program reads version 1"
    );
    CHECK(complaint({"surprise"}, 1) == "`surprise` is not known");
    CHECK(
        complaint({"users", "ann@pve", "expire"}, "never") ==
        "`users.ann@pve.expire` is not a whole number from zero up"
    );
    CHECK(
        complaint({"users", "ann@pve", "expire"}, -1) ==
        "`users.ann@pve.expire` is not a whole number from zero up"
    );
    CHECK(
        complaint({"users", "ann@pve", "enabled"}, 1) ==
        "`users.ann@pve.enabled` is neither true nor false"
    );
    CHECK(complaint({"users", "ann@pve", "secret"}, "x") == "`users.ann@pve.secret` is not known");
    CHECK(complaint({"users", "ben@pve"}, json::Object{}) == "`users.ben@pve.enabled` is missing");
    CHECK(
        complaint({"groups", "ops", "members"}, json::Array{"a@pve", "a@pve"}) ==
        "`groups.ops.members[1]` stands there twice"
    );
    CHECK(complaint({"groups", "ops"}, json::Array{}) == "`groups.ops` is not an object");
    CHECK(
        complaint({"roles", "Empty", "privileges"}, "none") ==
        "`roles.Empty.privileges` is not a list"
    );
    CHECK(complaint({"pve_release"}, "nine") == "`pve_release` is no release of PVE");
    CHECK(complaint({"realms", "pve", "type"}, nullptr) == "`realms.pve.type` is not a string");
    CHECK(
        complaint({"pools", "prod", "guests"}, json::Array{5'000'000'000}) ==
        "`pools.prod.guests[0]` is no number of a guest"
    );
}

TEST_CASE("an ACL entry of a snapshot names what it has", "[formats]") {
    CHECK(complaint({"acl"}, json::Array{row("user", "ghost@pve", "PVEAuditor")}) == "(none)");
    CHECK(
        complaint({"acl"}, json::Array{row("user", "ann@pve", "Missing")}) ==
        "`acl[0].role` names no role of the snapshot"
    );
    CHECK(
        complaint({"acl"}, json::Array{row("token", "ann@pve!other", "PVEAuditor")}) ==
        "`acl[0].id` names no token of the snapshot"
    );
    CHECK(
        complaint({"acl"}, json::Array{row("pool", "x", "PVEAuditor")}) ==
        "`acl[0].kind` is none of user, group, token"
    );
    const json::Value twice = row("group", "ops", "PVEAuditor");
    CHECK(complaint({"acl"}, json::Array{twice, twice}) == "`acl[1]` stands there twice");
}

TEST_CASE("what is no JSON is said to be none", "[formats]") {
    CHECK_FALSE(read_snapshot("{"));
    CHECK_FALSE(read_snapshot("[]"));
}

TEST_CASE("a key that stands in an object twice is refused", "[formats]") {
    std::string text = write_snapshot(some_snapshot());
    text.insert(text.find("\"taken_at\""), "\"endpoint\": \"https://elsewhere\", ");
    const auto snapshot = read_snapshot(text);
    REQUIRE_FALSE(snapshot);
    CHECK(snapshot.error() == "`endpoint` stands there twice");
}
