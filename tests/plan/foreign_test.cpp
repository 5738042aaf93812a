// Which cascades are onto what the document ignores, protects or has no say in: the guard counts
// and names them.

#include <string>

#include "catch.hpp"
#include "plan/guarded.hpp"

using namespace pveform;       // NOLINT: a test's own small world
using namespace pveform::test; // NOLINT

namespace {

/// What the guard of cascades says of the plan's foreign objects; empty where it says nothing.
std::string foreign_in(const std::string& live, const std::string& document) {
    const Lines blocks = blocks_of({.live = cluster(live), .document = document});
    if (blocks.empty()) {
        return {};
    }
    CHECK(blocks.size() == 1);
    const std::string start = "cascade: PVE would also remove ";
    const std::string middle = " that this document ignores, protects or has no say in: ";
    REQUIRE(blocks.front().starts_with(start));
    REQUIRE(blocks.front().contains(middle));
    std::string words = blocks.front().substr(start.size());
    return words.replace(words.find(middle), middle.size(), ": ");
}

} // namespace

TEST_CASE("cascades: entries of whom the document protects, where their role goes", "[plan]") {
    const std::string live = "token:u2@pve!ci:0:1::\nrole:Old:VM.Audit:\n"
                             "acl:1:/:u2@pve:Old:\nacl:1:/vms:u2@pve!ci:Old:\n"
                             "acl:1:/vms:@ops:Old:\nacl:1:/vms/7:u3@pve:Old:\n";
    const std::string prune = "roles: { prune: [Old] }";
    CHECK(foreign_in(live, "manage: { " + prune + " }").empty());
    CHECK(
        foreign_in(live, "manage: { " + prune + ", users: { protect: ['u2@*'] } }") ==
        "2 objects: the ACL entry of `u2@pve` at `/` (`Old`), the ACL entry of `u2@pve!ci` at "
        "`/vms` (`Old`)"
    );
    CHECK(
        foreign_in(live, "manage: { " + prune + ", tokens: { protect: ['*!ci'] } }") ==
        "1 object: the ACL entry of `u2@pve!ci` at `/vms` (`Old`)"
    );
    CHECK(
        foreign_in(live, "manage: { " + prune + ", groups: { protect: [ops] } }") ==
        "1 object: the ACL entry of `@ops` at `/vms` (`Old`)"
    );
    // Three are named.
    CHECK(
        foreign_in(
            live,
            "manage: { " + prune + ", users: { ignore: ['u*@pve'] }, groups: { ignore: [ops] } }"
        ) ==
        "4 objects: the ACL entry of `u2@pve` at `/` (`Old`), the ACL entry of `@ops` at `/vms` "
        "(`Old`), the ACL entry of `u2@pve!ci` at `/vms` (`Old`) and 1 more"
    );
    // What the document takes away itself, by a written list or by pruning.
    CHECK(foreign_in(
              live,
              "manage: { " + prune +
                  ", users: { protect: ['u2@*'] }, acl: { prune: [{ path: /vms }] } }\n"
                  "users: { u2@pve: { acl: [] } }"
    )
              .empty());
    // A token that goes on purpose takes its entries along, whoever its user is.
    CHECK(foreign_in(
              live, "manage: { users: { protect: ['u2@*'] } }\nabsent: { tokens: ['u2@pve!ci'] }"
    )
              .empty());
}

TEST_CASE("cascades: memberships of users and of groups that are not ours", "[plan]") {
    const std::string live = "group:a:u2@pve,u3@pve,gone@pve::\ngroup:b:u3@pve::\n";
    const std::string group_goes = "absent: { groups: [a] }\n";
    const std::string user_goes = "absent: { users: [u3@pve] }\n";
    const std::string of_u2 = "1 object: the membership of `u2@pve` in group `a`";
    const std::string in_b = "1 object: the membership of `u3@pve` in group `b`";
    CHECK(foreign_in(live, group_goes).empty());
    CHECK(foreign_in(live, user_goes).empty());
    CHECK(foreign_in(live, group_goes + "manage: { users: { protect: [u2@pve] } }") == of_u2);
    CHECK(
        foreign_in(live, group_goes + "manage: { users: { ignore: [u2@pve, gone@pve] } }") == of_u2
    );
    CHECK(foreign_in(live, group_goes + "scope: { groups: ['*'], users: [u3@pve] }") == of_u2);
    CHECK(foreign_in(live, user_goes + "manage: { groups: { protect: [b] } }") == in_b);
    CHECK(foreign_in(live, user_goes + "manage: { groups: { ignore: [b] } }") == in_b);
    CHECK(foreign_in(live, user_goes + "scope: { groups: [a], users: ['*'] }") == in_b);
    // What the document takes away itself, and what goes on both sides.
    CHECK(foreign_in(
              live,
              group_goes +
                  "manage: { users: { protect: [u2@pve] } }\nusers: { u2@pve: { groups: [] } }"
    )
              .empty());
    CHECK(foreign_in(
              live,
              user_goes + "manage: { groups: { protect: [b] } }\ngroups: { b: { members: [] } }"
    )
              .empty());
    CHECK(foreign_in(live, "absent: { users: [u2@pve, u3@pve], groups: [a, b] }").empty());
    // The flag counts them.
    Case given{
        .live = cluster(live),
        .document = group_goes + "manage: { users: { protect: [u2@pve, u3@pve] } }",
        .allowances = {.cascades = 1}};
    CHECK(help_of(given) == "if that is meant: `--allow-cascade 2` (not 1)");
    given.allowances.cascades = 2;
    CHECK(blocks_of(given).empty());
}
