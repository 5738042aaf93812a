// Who owns what: a table of clusters, documents and the changes that come of them. Each row is one
// sentence of the design's three rules of ownership, or of an exception from them.

#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "catch.hpp"
#include "desired/reading.hpp"
#include "formats/cluster_state.hpp"
#include "plan/plan.hpp"

using namespace pveform;       // NOLINT: a test's own small world
using namespace pveform::test; // NOLINT

namespace {

constexpr UnixSeconds now = 1'800'000'000;

/// Lines of user.cfg, the document, and the changes in their order, `; ` between them.
struct Row {
    const char* name;
    const char* live;
    const char* document;
    const char* changes;
};

/// Every row starts from these.
constexpr const char* common = "user:root@pam:1:0::::::\n"
                               "role:Ops:VM.Audit,VM.Console:\n"
                               "role:Legacy:VM.Audit:\n";

constexpr const char* domains = "pam: pam\n\nldap: corp\n\tserver1 192.0.2.1\n\tbase_dn dc=x\n\t"
                                "user_attr uid\n";

// ann and ben; ann in ops and dev, two tokens of hers, rows of all kinds.
constexpr const char* team = "user:ann@pve:1:0:Ann:::note::\n"
                             "user:ben@pve:1:0::::::\n"
                             "token:ann@pve!ci:0:1:old:\n"
                             "token:ann@pve!lab:0:0::\n"
                             "group:ops:ann@pve:Operations:\n"
                             "group:dev:ann@pve,ben@pve::\n"
                             "acl:1:/vms:ann@pve:Ops:\n"
                             "acl:1:/pool/a:@ops:Ops:\n"
                             "acl:1:/vms:ann@pve!ci:Ops:\n";

std::string line_of(const plan::Change& change) {
    std::string line = fmt::format(
        "{} {} {}", to_string(change.action), to_string(kind_of(change.key)), name_of(change.key)
    );
    if (change.action != plan::Action::update) {
        return line;
    }
    std::vector<std::string> fields;
    for (const plan::FieldChange& field : change.fields) {
        fields.push_back(field.name);
    }
    return line + " (" + join(fields, ", ") + ")";
}

plan::Plan plan_of(const Row& row) {
    const State live = formats::read_state(std::string(common) + row.live, domains, Release{9, 2});
    auto made = plan::make_plan(live, wanted(row.document), {.now = now});
    if (!made) {
        FAIL(render::diagnostics(made.error(), {}));
    }
    return std::move(*made);
}

std::string changes_of(const plan::Plan& plan) {
    std::vector<std::string> lines;
    for (const plan::Change& change : plan.changes) {
        lines.push_back(line_of(change));
    }
    return join(lines, "; ");
}

void check(const std::vector<Row>& rows) {
    for (const Row& row : rows) {
        INFO(row.name);
        CHECK(changes_of(plan_of(row)) == row.changes);
    }
}

} // namespace

TEST_CASE(
    "ownership: whoever needs what the document itself removes is told what keeps it", "[plan]"
) {
    const auto help_of = [](const std::string& document) {
        const State live = formats::read_state(std::string(common) + team, domains, Release{9, 2});
        const auto made = plan::make_plan(live, wanted(document), {.now = now});
        REQUIRE_FALSE(made);
        return made.error().front().help;
    };
    const std::string listed = "groups: { dev: { members: [ann@pve] } }\n";
    CHECK(
        help_of(listed + "manage: { users: { prune: ['ann@*'] } }") ==
        "this document itself removes it (not declared; prune ann@*); `ann@pve: {}` under `users` "
        "declares it, so that it stays"
    );
}

TEST_CASE(
    "ownership: a key that is left out is left alone, one that is written is enforced", "[plan]"
) {
    check({
        {"nothing is declared", team, "", ""},
        {"a user without keys", team, "users: { ann@pve: {} }", ""},
        {"a group without keys", team, "groups: { ops: {} }", ""},
        {"a role without keys", team, "roles: { Ops: {} }", ""},
        {"a token without keys", team, "users: { ann@pve: { tokens: { ci: {}, lab: {} } } }", ""},
        {"a comment that is as written", team, "users: { ann@pve: { comment: note } }", ""},
        {"a comment that differs",
         team,
         "users: { ann@pve: { comment: other } }",
         "update user ann@pve (comment)"},
        {"an empty comment clears",
         team,
         "users: { ann@pve: { comment: '' } }",
         "update user ann@pve (comment)"},
        {"a first name alone",
         team,
         "users: { ann@pve: { first_name: Anna } }",
         "update user ann@pve (first_name)"},
        {"a user disabled by hand stays so",
         "user:ann@pve:0:0::::::\n",
         "users: { ann@pve: { comment: '' } }",
         ""},
        {"a user is enabled where that is written",
         "user:ann@pve:0:0::::::\n",
         "users: { ann@pve: { enabled: true } }",
         "update user ann@pve (enabled)"},
        {"an expiry set by hand stays",
         "user:ann@pve:1:2000000000::::::\n",
         "users: { ann@pve: {} }",
         ""},
        {"never is an expiry",
         "user:ann@pve:1:2000000000::::::\n",
         "users: { ann@pve: { expire: never } }",
         "update user ann@pve (expire)"},
        {"a group's comment",
         team,
         "groups: { ops: { comment: Ops } }",
         "update group ops (comment)"},
        {"a token's comment",
         team,
         "users: { ann@pve: { tokens: { ci: { comment: new }, lab: {} } } }",
         "update token ann@pve!ci (comment)"},
        {"a token's separation",
         team,
         "users: { ann@pve: { tokens: { ci: {}, lab: { privilege_separation: true } } } }",
         "update token ann@pve!lab (privilege_separation)"},
        {"privileges are a set",
         team,
         "roles: { Ops: { privileges: [VM.Console, VM.Audit] } }",
         ""},
        {"privileges that differ",
         team,
         "roles: { Ops: { privileges: [VM.Audit] } }",
         "update role Ops (privileges)"},
        {"no privileges at all",
         team,
         "roles: { Ops: { privileges: [] } }",
         "update role Ops (privileges)"},
        {"a user comes to be with what is written",
         "",
         "users: { ann@pve: { comment: x } }",
         "create user ann@pve"},
        {"a role, a group, a user, a token and an entry come to be",
         "",
         "roles: { New: { privileges: [VM.Audit] } }\n"
         "groups: { g: {} }\n"
         "users: { u@pve: { groups: [g], tokens: { tt: { acl: [{ path: /vms, role: New }] } } } }",
         "create role New; create group g; create user u@pve; create token u@pve!tt; "
         "create acl /vms u@pve!tt New"},
    });
}

TEST_CASE("ownership: a list that is written is the whole list", "[plan]") {
    check({
        {"groups: one is missing",
         team,
         "users: { ann@pve: { groups: [ops] } }",
         "update user ann@pve (groups)"},
        {"groups: none",
         team,
         "users: { ann@pve: { groups: [] } }",
         "update user ann@pve (groups)"},
        {"groups: as they are", team, "users: { ann@pve: { groups: [dev, ops] } }", ""},
        {"members: one is missing",
         team,
         "groups: { dev: { members: [ann@pve] } }",
         "update user ben@pve (groups)"},
        {"members: none",
         team,
         "groups: { dev: { members: [] } }",
         "update user ann@pve (groups); update user ben@pve (groups)"},
        {"members: one more",
         team,
         "groups: { ops: { members: [ann@pve, ben@pve] } }",
         "update user ben@pve (groups)"},
        {"memberships from both sides agree",
         team,
         "groups: { ops: { members: [ben@pve] }, dev: {} }\n"
         "users: { ben@pve: { groups: [ops] }, ann@pve: { groups: [dev] } }",
         "update user ann@pve (groups); update user ben@pve (groups)"},
        {"tokens: one is missing",
         team,
         "users: { ann@pve: { tokens: { lab: {} } } }",
         "destroy token ann@pve!ci; cascade acl /vms ann@pve!ci Ops"},
        {"tokens: none",
         team,
         "users: { ann@pve: { tokens: {} } }",
         "destroy token ann@pve!ci; destroy token ann@pve!lab; cascade acl /vms ann@pve!ci Ops"},
        {"acl of a user: none",
         team,
         "users: { ann@pve: { acl: [] } }",
         "destroy acl /vms ann@pve Ops"},
        {"acl of a user: another path",
         team,
         "users: { ann@pve: { acl: [{ path: /storage, role: Ops }] } }",
         "create acl /storage ann@pve Ops; destroy acl /vms ann@pve Ops"},
        {"acl of a user: another flag",
         team,
         "users: { ann@pve: { acl: [{ path: /vms, role: Ops, propagate: false }] } }",
         "update acl /vms ann@pve Ops (propagate)"},
        {"acl of a user: spelt differently",
         team,
         "users: { ann@pve: { acl: [{ path: //vms/, role: Ops }] } }",
         ""},
        {"acl of a group", team, "groups: { ops: { acl: [] } }", "destroy acl /pool/a @ops Ops"},
        {"acl of a token",
         team,
         "users: { ann@pve: { tokens: { ci: { acl: [] }, lab: {} } } }",
         "destroy acl /vms ann@pve!ci Ops"},
        {"acl of a token as of its user",
         team,
         "users: { ann@pve: { acl: [{ path: /vms, role: Ops }], tokens: { lab: { acl: same_as_user "
         "}, "
         "ci: {} } } }",
         "create acl /vms ann@pve!lab Ops"},
        {"a vanished member cannot be removed",
         "group:g:gone@pve::\n",
         "groups: { g: { members: [] } }",
         ""},
    });
}

TEST_CASE("ownership: what is not declared stays, unless prune or absent take it", "[plan]") {
    check({
        {"prune a user, with all that goes along",
         team,
         "manage: { users: { prune: ['ann@*'] } }",
         "destroy user ann@pve; cascade token ann@pve!ci; cascade token ann@pve!lab; "
         "cascade acl /vms ann@pve Ops; cascade acl /vms ann@pve!ci Ops"},
        {"prune spares the declared",
         team,
         "manage: { users: { prune: ['*@pve'] } }\nusers: { ann@pve: {} }",
         "destroy user ben@pve"},
        {"prune never takes root@pam", "", "manage: { users: { prune: ['*'] } }", ""},
        {"prune can disable instead",
         team,
         "manage: { users: { prune: ['*@pve'], action: disable } }",
         "disable user ann@pve; disable user ben@pve"},
        {"who is disabled already needs no change",
         "user:ann@pve:0:0::::::\n",
         "manage: { users: { prune: ['*@pve'], action: disable } }",
         ""},
        {"who is disabled already and leaves a group is not disabled once more",
         "user:ann@pve:0:0::::::\ngroup:ops:ann@pve::\n",
         "manage: { users: { prune: ['*@pve'], action: disable } }\n"
         "groups: { ops: { members: [] } }",
         "update user ann@pve (groups)"},
        {"prune tokens",
         team,
         "manage: { tokens: { prune: ['*@pve!lab'] } }",
         "destroy token ann@pve!lab"},
        {"prune tokens of a declared user without a list",
         team,
         "manage: { tokens: { prune: ['*!ci'] } }\nusers: { ann@pve: {} }",
         "destroy token ann@pve!ci; cascade acl /vms ann@pve!ci Ops"},
        {"prune spares declared tokens",
         team,
         "manage: { tokens: { prune: ['*'] } }\nusers: { ann@pve: { tokens: { ci: {} } } }",
         "destroy token ann@pve!lab"},
        {"prune a group",
         team,
         "manage: { groups: { prune: ['o*'] } }",
         "destroy group ops; cascade acl /pool/a @ops Ops"},
        {"prune spares a declared group",
         team,
         "manage: { groups: { prune: ['*'] } }\ngroups: { ops: {} }",
         "destroy group dev"},
        {"prune a role, its entries go along",
         team,
         "manage: { roles: { prune: ['O*'] } }",
         "destroy role Ops; cascade acl /pool/a @ops Ops; cascade acl /vms ann@pve Ops; "
         "cascade acl /vms ann@pve!ci Ops"},
        {"prune never takes built-in roles",
         "",
         "manage: { roles: { prune: ['*'] } }",
         "destroy role Legacy; destroy role Ops"},
        {"prune entries by path",
         team,
         "manage: { acl: { prune: [{ path: /pool/** }] } }",
         "destroy acl /pool/a @ops Ops"},
        {"prune entries by principal",
         team,
         "manage: { acl: { prune: [{ principal: 'ann@*' }] } }",
         "destroy acl /vms ann@pve Ops; destroy acl /vms ann@pve!ci Ops"},
        {"prune entries by both",
         team,
         "manage: { acl: { prune: [{ path: /vms, principal: '*@*!ci' }] } }",
         "destroy acl /vms ann@pve!ci Ops"},
        {"prune spares declared entries",
         team,
         "manage: { acl: { prune: [{ path: /** }] } }\n"
         "users: { ann@pve: { acl: [{ path: /vms, role: Ops }] } }",
         "destroy acl /pool/a @ops Ops; destroy acl /vms ann@pve!ci Ops"},
        {"entries of the vanished cannot be removed",
         "acl:1:/vms:gone@pve:Ops:\n",
         "manage: { acl: { prune: [{ path: /** }] } }",
         ""},
        {"absent user", team, "absent: { users: [ben@pve] }", "destroy user ben@pve"},
        {"absent user that is gone already", "", "absent: { users: [ben@pve] }", ""},
        {"absent is not disabled",
         team,
         "absent: { users: [ben@pve] }\nmanage: { users: { action: disable } }",
         "destroy user ben@pve"},
        {"absent token", team, "absent: { tokens: ['ann@pve!lab'] }", "destroy token ann@pve!lab"},
        {"absent group", team, "absent: { groups: [dev] }", "destroy group dev"},
        {"absent role", team, "absent: { roles: [Legacy] }", "destroy role Legacy"},
    });
}

TEST_CASE("ownership: ignore beats prune and lists", "[plan]") {
    check({
        {"an ignored user is not pruned",
         team,
         "manage: { users: { prune: ['*@pve'], ignore: ['ann@*'] } }",
         "destroy user ben@pve"},
        {"nor are its tokens",
         team,
         "manage: { users: { ignore: ['ann@*'] }, tokens: { prune: ['*'] } }",
         ""},
        {"nor its entries",
         team,
         "manage: { users: { ignore: ['ann@*'] }, acl: { prune: [{ path: /vms/** }] } }",
         ""},
        {"an ignored token is not pruned",
         team,
         "manage: { tokens: { prune: ['*'], ignore: ['*!lab'] } }",
         "destroy token ann@pve!ci; cascade acl /vms ann@pve!ci Ops"},
        {"an ignored token may be missing from a list",
         team,
         "manage: { tokens: { ignore: ['*!lab'] } }\nusers: { ann@pve: { tokens: { ci: {} } } }",
         ""},
        {"an ignored group is not pruned",
         team,
         "manage: { groups: { prune: ['*'], ignore: [ops] } }",
         "destroy group dev"},
        {"an ignored group may be missing from a user's list",
         team,
         "manage: { groups: { ignore: [ops] } }\nusers: { ann@pve: { groups: [] } }",
         "update user ann@pve (groups)"},
        {"an ignored user may be missing from a group's list",
         team,
         "manage: { users: { ignore: [ben@pve] } }\ngroups: { dev: { members: [] } }",
         "update user ann@pve (groups)"},
        {"an ignored role is not pruned",
         team,
         "manage: { roles: { prune: ['*'], ignore: [Ops] } }",
         "destroy role Legacy"},
        {"ignored entries by path",
         team,
         "manage: { acl: { prune: [{ path: /** }], ignore: [{ path: /pool/** }] } }",
         "destroy acl /vms ann@pve Ops; destroy acl /vms ann@pve!ci Ops"},
        {"ignored entries may be missing from a list",
         team,
         "manage: { acl: { ignore: [{ path: /vms/** }] } }\nusers: { ann@pve: { acl: [] } }",
         ""},
        {"ignored entries by principal",
         team,
         "manage: { acl: { prune: [{ path: /** }], ignore: [{ principal: '@*' }] } }",
         "destroy acl /vms ann@pve Ops; destroy acl /vms ann@pve!ci Ops"},
    });
}

TEST_CASE("ownership: outside the scope nothing is touched", "[plan]") {
    check({
        {"prune stays inside: users",
         team,
         "scope: { users: ['b*@pve'] }\nmanage: { users: { prune: ['*@pve'] } }",
         "destroy user ben@pve"},
        {"prune stays inside: tokens are where their users are",
         team,
         "scope: { users: ['b*@pve'] }\nmanage: { tokens: { prune: ['*'] } }",
         ""},
        {"prune stays inside: groups",
         team,
         "scope: { groups: [dev] }\nmanage: { groups: { prune: ['*'] } }",
         "destroy group dev"},
        {"prune stays inside: roles",
         team,
         "scope: { roles: [Leg*] }\nmanage: { roles: { prune: ['*'] } }",
         "destroy role Legacy"},
        {"a kind that a scope leaves out is outside",
         team,
         "scope: { users: ['*'] }\nmanage: { roles: { prune: ['*'] }, groups: { prune: ['*'] } }",
         ""},
        {"prune stays inside: entries",
         team,
         "scope: { acl: [/pool/a/**] }\nmanage: { acl: { prune: [{ path: /** }] } }",
         "destroy acl /pool/a @ops Ops"},
        {"a list of groups speaks for those inside",
         team,
         "scope: { users: [ann@pve], groups: [dev] }\nusers: { ann@pve: { groups: [] } }",
         "update user ann@pve (groups)"},
        {"a list of members speaks for those inside",
         team,
         "scope: { users: [ben@pve], groups: [dev] }\ngroups: { dev: { members: [] } }",
         "update user ben@pve (groups)"},
        {"a list of entries speaks for those inside",
         team,
         "scope: { users: [ann@pve], acl: [/storage/**] }\nusers: { ann@pve: { acl: [] } }",
         ""},
        {"a list of entries is whole inside",
         team,
         "scope: { users: [ann@pve], acl: [/vms/**] }\nusers: { ann@pve: { acl: [] } }",
         "destroy acl /vms ann@pve Ops"},
    });
}

TEST_CASE("ownership: a directory's users are its own, their grants are ours", "[plan]") {
    constexpr const char* corp = "user:dave@corp:1:0:Dave:::from ldap::\n"
                                 "user:erin@corp:1:0::::::\n"
                                 "token:dave@corp!ci:0:1::\n"
                                 "group:local:dave@corp::\n"
                                 "group:staff-corp:dave@corp,erin@corp:from ldap:\n"
                                 "acl:1:/vms:dave@corp:Ops:\n";
    constexpr const char* synced = "realms: { corp: { synced: true } }\n";
    const auto with = [&](const std::string& text) { return std::string(synced) + text; };
    const std::vector<std::pair<std::string, std::string>> rows = {
        {with("manage: { users: { prune: ['*@corp'] } }"), ""},
        {with("manage: { users: { prune: ['*@corp'], action: disable } }"), ""},
        {with("manage: { groups: { prune: ['*'] } }"), "destroy group local"},
        {with("users: { dave@corp: { acl: [{ path: /storage, role: Ops }] } }"),
         "create acl /storage dave@corp Ops; destroy acl /vms dave@corp Ops"},
        {with("users: { dave@corp: { groups: [] } }"), "update user dave@corp (groups)"},
        {with("users: { dave@corp: { tokens: {} } }"), "destroy token dave@corp!ci"},
        {with("groups: { staff-corp: { acl: [{ path: /vms, role: Ops }] } }"),
         "create acl /vms @staff-corp Ops"},
        {with("groups: { local: { members: [erin@corp] } }"),
         "update user dave@corp (groups); update user erin@corp (groups)"},
    };
    for (const auto& [document, changes] : rows) {
        INFO(document);
        CHECK(changes_of(plan_of({"", corp, document.c_str(), ""})) == changes);
    }
    // Without the rule, the realm's users are like any others.
    CHECK(
        changes_of(plan_of({"", corp, "manage: { users: { prune: ['e*@corp'] } }", ""})) ==
        "destroy user erin@corp"
    );
}

TEST_CASE("ownership: what is protected is not destroyed, and the plan says so", "[plan]") {
    const std::vector<std::pair<const char*, const char*>> rows = {
        {"manage: { users: { prune: ['*@pve'], protect: [ann@pve] } }",
         "user `ann@pve` is protected (`protect ann@pve`) and would be destroyed (not declared;"},
        {"manage: { users: { prune: ['*@pve'], action: disable, protect: [ann@pve] } }",
         "user `ann@pve` is protected (`protect ann@pve`) and would be disabled (not declared;"},
        {"manage: { tokens: { protect: ['*!ci'] } }\nusers: { ann@pve: { tokens: { lab: {} } } }",
         "token `ann@pve!ci`"},
        {"manage: { users: { prune: [ann@pve] }, tokens: { protect: ['*!ci'] } }",
         "token `ann@pve!ci`"},
        {"manage: { groups: { prune: ['*'], protect: [ops] } }", "group `ops`"},
        {"manage: { roles: { prune: ['*'], protect: [Ops] } }", "role `Ops`"},
    };
    for (const auto& [document, object] : rows) {
        INFO(document);
        const plan::Plan plan = plan_of({"", team, document, ""});
        std::vector<std::string> protections;
        for (const plan::Block& block : plan.blocks) {
            if (block.guard == "protect") {
                protections.push_back(block.message);
            }
        }
        REQUIRE(protections.size() == 1);
        CHECK_THAT(protections.front(), ContainsSubstring(object));
    }
}
