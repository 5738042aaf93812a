// What is exported, as text: small clusters of user.cfg and the whole documents that come of them.

#include <string>

#include "catch.hpp"
#include "export/files.hpp"
#include "formats/cluster_state.hpp"

using namespace pveform; // NOLINT: a test's own small world

namespace {

constexpr const char* directory =
    "ldap: corp\n\tserver1 192.0.2.1\n\tbase_dn dc=x\n\tuser_attr uid\n";

std::string exported(const State& state) {
    return exporting::one_file({"version: 1\n", {}}, exporting::sections_of(state));
}

std::string exported(const std::string& user_cfg, const std::string& domains_cfg = "") {
    return exported(
        formats::read_state("user:root@pam:1:0::::::\n" + user_cfg, domains_cfg, Release{9, 2})
    );
}

constexpr const char* root = "  # It may do everything: its tokens alone are declared.\n"
                             "  root@pam:\n"
                             "    tokens: {}\n";

} // namespace

TEST_CASE("a cluster becomes a document that one would write by hand", "[export]") {
    const std::string text =
        exported("user:ann@pve:1:1900000000:Ann:Ash:ann@example.com:Platform, lead::\n"
                 "token:ann@pve!ci:0:1:scraped by prom-01:\n"
                 "token:ann@pve!lab:1900000000:0::\n"
                 "user:ben@pve:0:0::::::\n"
                 "group:ops:ann@pve,ben@pve:Operations:\n"
                 "group:none:::\n"
                 "role:Deployer:VM.Audit,VM.PowerMgmt:\n"
                 "role:Empty::\n"
                 "acl:1:/vms:@ops:Deployer,PVEAuditor:\n"
                 "acl:0:/vms:ann@pve:Deployer:\n"
                 "acl:1:/storage:ann@pve!ci:PVEAuditor:\n"
                 "acl:1:/pool/a:ann@pve!ci:PVEAuditor:\n");
    CHECK(
        text == std::string("version: 1\n"
                            "\n"
                            "roles:\n"
                            "  Deployer:\n"
                            "    privileges: [VM.Audit, VM.PowerMgmt]\n"
                            "  Empty:\n"
                            "    privileges: []\n"
                            "\n"
                            "groups:\n"
                            "  none:\n"
                            "    members: []\n"
                            "    acl: []\n"
                            "\n"
                            "  ops:\n"
                            "    comment: Operations\n"
                            "    members: [ann@pve, ben@pve]\n"
                            "    acl:\n"
                            "      - { path: /vms, roles: [Deployer, PVEAuditor] }\n"
                            "\n"
                            "users:\n"
                            "  ann@pve:\n"
                            "    comment: Platform, lead\n"
                            "    email: ann@example.com\n"
                            "    first_name: Ann\n"
                            "    last_name: Ash\n"
                            "    expire: 2030-03-17T17:46:40Z\n"
                            "    acl:\n"
                            "      - { path: /vms, role: Deployer, propagate: false }\n"
                            "    tokens:\n"
                            "      ci:\n"
                            "        comment: scraped by prom-01\n"
                            "        privilege_separation: true\n"
                            "        expire: never\n"
                            "        acl:\n"
                            "          - { paths: [/pool/a, /storage], role: PVEAuditor }\n"
                            "      lab:\n"
                            "        privilege_separation: false\n"
                            "        expire: 2030-03-17T17:46:40Z\n"
                            "\n"
                            "  ben@pve:\n"
                            "    enabled: false\n"
                            "    acl: []\n"
                            "    tokens: {}\n"
                            "\n"
                ) + root
    );
}

TEST_CASE("an empty cluster is a document of root's tokens", "[export]") {
    CHECK(exported("") == std::string("version: 1\n\nusers:\n") + root);
}

TEST_CASE("of a directory's users and groups only their grants are declared", "[export]") {
    const std::string text = exported(
        "user:dora@corp:1:0:Dora::dora@example.com:::\n"
        "user:emil@corp:1:0::::::\n"
        "user:finn@corp:1:0::::::\n"
        "token:finn@corp!ci:0:1::\n"
        "group:local:emil@corp::\n"
        "group:staff-corp:dora@corp::\n"
        "group:idle-corp:dora@corp::\n"
        "acl:1:/vms:dora@corp:PVEAuditor:\n"
        "acl:1:/vms:@staff-corp:PVEAuditor:\n",
        directory
    );
    CHECK(
        text ==
        std::string("version: 1\n"
                    "\n"
                    "realms:\n"
                    "  # Its users and groups come from a directory (ldap): only what they "
                    "are given here is declared.\n"
                    "  corp: { synced: true }\n"
                    "\n"
                    "groups:\n"
                    "  local:\n"
                    "    members: [emil@corp]\n"
                    "    acl: []\n"
                    "\n"
                    "  staff-corp:\n"
                    "    acl:\n"
                    "      - { path: /vms, role: PVEAuditor }\n"
                    "\n"
                    "users:\n"
                    "  # Left alone: 1 user from directories, with neither grants nor tokens "
                    "of their own.\n"
                    "\n"
                    "  dora@corp:\n"
                    "    acl:\n"
                    "      - { path: /vms, role: PVEAuditor }\n"
                    "    tokens: {}\n"
                    "\n"
                    "  finn@corp:\n"
                    "    acl: []\n"
                    "    tokens:\n"
                    "      ci:\n"
                    "        privilege_separation: true\n"
                    "        expire: never\n"
                    "        acl: []\n"
                    "\n"
        ) + root
    );
}

TEST_CASE("what vanished is told and not declared", "[export]") {
    const std::string text = exported("group:ops:ghost@pve,ann@pve::\n"
                                      "user:ann@pve:1:0::::::\n"
                                      "acl:1:/vms:ghost@pve,@gone:PVEAuditor:\n");
    CHECK(text.contains("    # PVE still names ghost@pve here, which no longer exists.\n"
                        "    members: [ann@pve]\n"));
    CHECK(text.ends_with(
        "\n# ACL entries that PVE refuses to change, as whom they speak of no longer exists:\n"
        "# - PVEAuditor on /vms for ghost@pve\n"
        "# - PVEAuditor on /vms for @gone\n"
    ));
}

TEST_CASE("a token whose secret was never stored is ignored by name", "[export]") {
    const std::string text = exported("user:ann@pve:1:0::::::\n"
                                      "token:ann@pve!half:1:1::\n"
                                      "token:ann@pve!whole:0:0::\n"
                                      "user:b*n@pve:1:0::::::\n"
                                      "token:b*n@pve!half:1:1::\n");
    CHECK(text.contains("manage:\n"
                        "  tokens:\n"
                        "    # Their secrets were never stored. To have new ones issued, declare "
                        "them instead.\n"
                        "    ignore: [ann@pve!half]\n"));
    CHECK(text.contains("      whole:\n"));
    CHECK(text.contains("    # `tokens` are left alone: the secret of `half` was never stored\n"));
}

TEST_CASE("what the document refuses is left alone, with the reason", "[export]") {
    State state = formats::read_state("user:root@pam:1:0::::::\n", "", Release{9, 2});
    const UserId joerg{"j\xC3\xB6rg@pve"};
    const RoleId legacy{"PVE-quux-of-old"};
    state.users[joerg];
    state.users[UserId{"ann@pve"}].email = "not an address";
    state.users[UserId{"ben@pve"}].expire = Expiry::suspended();
    state.users[UserId{"cat@pve"}].comment = std::string(3000, 'c');
    state.groups[GroupId{"ops"}].members = {joerg};
    state.groups[GroupId{"lax(group)"}];
    state.roles[legacy];
    state.acl[{AclPath{"/vms"}, Principal::of(UserId{"ann@pve"}), legacy}];
    const std::string text = exported(state);
    const std::string name = "`" + joerg.text + "` has characters beyond ASCII in its name";
    CHECK(text.contains("  # Left alone: user " + joerg.text + ": " + name));
    CHECK(text.contains("    # `members` are left alone: " + name));
    CHECK(text.contains("    # `email` is left alone: `not an address` is not an e-mail address"));
    CHECK(
        text.contains("  # Left alone: user ben@pve: an apply that was interrupted left it expired")
    );
    CHECK(text.contains("    # `comment` is left alone: it is too long: 3000 of at most 2048"));
    CHECK(text.contains("  # Left alone: group lax(group): `lax(group)` is not a group"));
    CHECK(text.contains("# Left alone: role PVE-quux-of-old: PVE keeps the name for its own roles\n"
    ));
    CHECK(text.contains("      - { path: /vms, role: PVE-quux-of-old }\n"));
    CHECK_FALSE(text.contains("\nroles:\n")); // a key with nothing below it would be an error
}

TEST_CASE("rows with the same roles share a line as long as it is a short one", "[export]") {
    std::string rows;
    for (int i = 0; i < 9; ++i) {
        rows += "acl:1:/storage/a-storage-with-a-name-" + std::to_string(i) + ":@ops:PVEAuditor:\n";
    }
    const std::string text = exported("group:ops:::\n" + rows);
    CHECK(text.contains("      - { path: /storage/a-storage-with-a-name-0, role: PVEAuditor }\n"
                        "      - { path: /storage/a-storage-with-a-name-1, role: PVEAuditor }\n"));
}

TEST_CASE("a folder has a file for each kind, and more where one would be too long", "[export]") {
    const std::vector<exporting::Section> sections = {
        {"realms", {}, {"  corp: { synced: true }\n"}},
        {"roles", {"  # none\n"}, {}},
        {"users", {}, {"  a@pve: {}\n", "  b@pve: {}\n", "  c@pve: {}\n"}},
    };
    const auto files = exporting::folder({"version: 1\n", {}}, sections, 25);
    REQUIRE(files.size() == 4);
    CHECK(files[0].name == "cluster.yaml");
    CHECK(files[0].text == "version: 1\n\nrealms:\n  corp: { synced: true }\n");
    CHECK(files[1].name == "roles.yaml");
    CHECK(files[1].text == "  # none\n");
    CHECK(files[2].name == "users.yaml");
    CHECK(files[2].text == "users:\n  a@pve: {}\n  b@pve: {}\n");
    CHECK(files[3].name == "users-2.yaml");
    CHECK(files[3].text == "users:\n  c@pve: {}\n");
}
