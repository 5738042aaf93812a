// Each rule: a case that trips it, one that nearly does, and one that the document ignores.

#include "policy/world.hpp"

using namespace pveform;       // NOLINT: a test's own small world
using namespace pveform::test; // NOLINT

namespace {

using Objects = std::vector<std::string>;

struct Case {
    std::string rule;
    std::string object;    // that the rule speaks of
    std::string user_cfg;  // where it does
    std::string near_miss; // where it does not
    std::string yaml = {};
    std::string near_yaml = {}; // `yaml`, unless it is this that differs
};

const std::string ann = "user:ann@pve:1:0::::::\n";
const std::string separated = "token:ann@pve!ci:1810000000:1::\n";
const std::string group_of_ann = "group:ops:ann@pve::\n";

std::vector<Case> cases() {
    return {
        {"token-without-expiry",
         "token:ann@pve!ci",
         ann + "token:ann@pve!ci:0:1::\n",
         ann + separated},
        {"token-lifetime",
         "token:ann@pve!ci",
         ann + "token:ann@pve!ci:1834560001:1::\n", // 400 days and a second
         ann + "token:ann@pve!ci:1834560000:1::\n"},
        {"token-lifetime",
         "token:ann@pve!ci",
         ann + "token:ann@pve!ci:1800090000:1::\n",
         ann + "token:ann@pve!ci:1800080000:1::\n",
         "policy: { rules: { token-lifetime: { max: 1d } } }"},
        {"token-without-separation",
         "token:ann@pve!ci",
         ann + "token:ann@pve!ci:0:0::\n",
         ann + separated},
        {"token-without-acl",
         "token:ann@pve!ci",
         ann + separated + "acl:1:/:ann@pve:PVEAuditor:\n",
         ann + separated + "acl:1:/vms:ann@pve!ci:PVEAuditor:\n"},
        {"token-without-acl",
         "token:ann@pve!ci",
         ann + separated,
         ann + "token:ann@pve!ci:0:0::\n"}, // has all that its user has
        {"token-acl-without-effect",
         "acl:/vms ann@pve!ci PVEVMUser",
         ann + separated + "acl:1:/vms:ann@pve!ci:PVEVMUser:\nacl:1:/storage:ann@pve:PVEVMUser:\n",
         ann + separated + "acl:1:/vms:ann@pve!ci:PVEVMUser:\nacl:1:/vms/100:ann@pve:PVEVMUser:\n"},
        {"token-acl-without-effect", // what the user has through a pool counts
         "acl:/vms ann@pve!ci PVEVMUser",
         ann + separated + "pool:prod::101:::\nacl:0:/vms:ann@pve!ci:PVEVMUser:\n" +
             "acl:1:/pool/test:ann@pve:PVEVMUser:\n",
         ann + separated + "pool:prod::101:::\nacl:1:/vms:ann@pve!ci:PVEVMUser:\n" +
             "acl:1:/pool/prod:ann@pve:PVEVMUser:\n"},
        {"token-acl-without-effect", // a role without privileges is there to take away
         "acl:/vms ann@pve!ci PVEVMUser",
         ann + separated + "acl:1:/vms:ann@pve!ci:PVEVMUser:\n",
         ann + separated + "acl:1:/vms:ann@pve!ci:NoAccess:\n"},
        {"administrator-on-root",
         "acl:/ ann@pve Administrator",
         ann + "acl:1:/:ann@pve:Administrator:\n",
         ann + "acl:1:/vms:ann@pve:Administrator:\nacl:1:/:ann@pve:PVEAdmin:\n"},
        {"administrator-on-root",
         "acl:/ @ops Administrator",
         ann + group_of_ann + "acl:1:/:@ops:Administrator:\n",
         ann + group_of_ann + "acl:1:/:@ops:PVEAuditor:\n"},
        {"root-token", "token:root@pam!ci", "token:root@pam!ci:0:1::\n", ann + separated},
        {"hidden-entry",
         "acl:/vms ann@pve PVEAuditor",
         ann + group_of_ann + "acl:1:/vms:@ops:PVEVMAdmin:\nacl:1:/vms:ann@pve:PVEAuditor:\n",
         ann + group_of_ann + "acl:1:/vms:@ops:PVEVMAdmin:\nacl:1:/vms/1:ann@pve:PVEAuditor:\n"},
        {"hidden-entry", // more than the group has: nothing is lost
         "acl:/vms ann@pve PVEVMUser",
         ann + group_of_ann + "acl:1:/vms:@ops:PVEVMAdmin:\nacl:1:/vms:ann@pve:PVEVMUser:\n",
         ann + group_of_ann + "acl:1:/vms:@ops:PVEVMUser:\nacl:1:/vms:ann@pve:PVEVMAdmin:\n"},
        {"hidden-entry", // the denial of a group is undone; one's own is meant
         "acl:/vms ann@pve PVEAuditor",
         ann + group_of_ann + "acl:1:/vms:@ops:NoAccess:\nacl:1:/vms:ann@pve:PVEAuditor:\n",
         ann + group_of_ann + "acl:1:/vms:@ops:PVEVMAdmin:\nacl:1:/vms:ann@pve:NoAccess:\n"},
        {"undeclared-member",
         "user:ann@pve",
         ann + group_of_ann,
         ann + group_of_ann,
         "groups: { ops: { comment: x } }",
         "groups: { ops: { members: [ann@pve] } }"},
        {"undeclared-member", // said at the user
         "user:ann@pve",
         ann + group_of_ann,
         ann + group_of_ann,
         "groups: { ops: { comment: x } }\nusers: { ann@pve: { comment: x } }",
         "groups: { ops: { comment: x } }\nusers: { ann@pve: { groups: [ops] } }"},
        {"disabled-user-with-tokens",
         "user:ann@pve",
         "user:ann@pve:0:0::::::\n" + separated,
         "user:ann@pve:0:0::::::\ntoken:ann@pve!ci:1700000000:1::\n"},
        {"disabled-user-with-tokens",
         "user:ann@pve",
         "user:ann@pve:1:1700000000::::::\n" + separated,
         "user:ann@pve:1:1810000000::::::\n" + separated},
        {"expiring-soon",
         "user:ann@pve",
         "user:ann@pve:1:1801000000::::::\n",
         "user:ann@pve:1:1802000000::::::\n"},
        {"expiring-soon", // what is over is not soon over
         "token:ann@pve!ci",
         ann + "token:ann@pve!ci:1801000000:1::\n",
         ann + "token:ann@pve!ci:1799999999:1::\n"},
        {"expiring-soon", // half of `renew_before` is spent
         "token:ann@pve!ci",
         ann + "token:ann@pve!ci:1800200000:1::\n",
         ann + "token:ann@pve!ci:1800300000:1::\n",
         "users: { ann@pve: { tokens: { ci: { lifetime: 90d, renew_before: 6d } } } }"},
        {"expiring-soon", // its successor is there
         "token:ann@pve!ci-a",
         ann + "token:ann@pve!ci-a:1800100000:1::\n",
         ann + "token:ann@pve!ci-a:1800100000:1::\ntoken:ann@pve!ci-b:1805000000:1::\n",
         "users: { ann@pve: { tokens: { ci: { lifetime: 90d, renew_before: 21d, overlap: 7d } } } "
         "}"},
        {"privileges-unused-role",
         "role:Mine",
         "role:Mine:VM.Audit:\n",
         ann + "role:Mine:VM.Audit:\nacl:1:/:ann@pve:Mine:\n"},
        {"unknown-path",
         "acl:/pool/prdo ann@pve PVEVMUser",
         ann + "pool:prod:::::\n",
         ann + "pool:prdo:::::\n",
         "users: { ann@pve: { acl: [{ path: /pool/prdo, role: PVEVMUser }] } }"},
        {"unknown-path", // what the document does not declare is not its typing error
         "acl:/pool/prdo ann@pve PVEVMUser",
         ann + "acl:1:/pool/prdo:ann@pve:PVEVMUser:\n",
         ann + "acl:1:/pool/prdo:ann@pve:PVEVMUser:\n",
         "users: { ann@pve: { acl: [{ path: /pool/prdo, role: PVEVMUser }] } }",
         "users: { ann@pve: { comment: x } }"},
    };
}

} // namespace

TEST_CASE("each rule finds what it is for, and not what nearly is", "[policy]") {
    std::set<std::string> tried;
    for (const Case& one : cases()) {
        INFO(one.rule << ": " << one.object << "\n" << one.user_cfg);
        tried.insert(one.rule);
        CHECK(objects_of(findings_of(one.user_cfg, one.yaml), one.rule) == Objects{one.object});
        const std::string near_yaml = one.near_yaml.empty() ? one.yaml : one.near_yaml;
        INFO("near miss:\n" << one.near_miss);
        CHECK(objects_of(findings_of(one.near_miss, near_yaml), one.rule).empty());
    }
    CHECK(tried.size() == policy::rules().size());
}

TEST_CASE(
    "an object that the document ignores is not spoken of, and is accounted for", "[policy]"
) {
    for (const Case& one : cases()) {
        INFO(one.rule << ": " << one.object);
        if (one.yaml.contains("policy:")) {
            continue;
        }
        const std::string ignore = fmt::format(
            "\npolicy: {{ ignore: [{{ rule: {}, object: \"{}\", reason: on purpose }}] }}",
            one.rule,
            one.object
        );
        const auto findings = findings_of(one.user_cfg, one.yaml + ignore);
        CHECK(objects_of(findings, one.rule).empty());
        REQUIRE(findings.ignored.size() == 1);
        CHECK(text_of(findings.ignored.front().finding.object) == one.object);
        CHECK(findings.ignored.front().reason == "on purpose");
    }
}

TEST_CASE("a rule that is off says nothing, another severity is taken over", "[policy]") {
    const std::string without_end = ann + "token:ann@pve!ci:0:1::\n";
    const auto severity_with = [&](const std::string& word) {
        const auto findings =
            findings_of(without_end, "policy: { rules: { token-without-expiry: " + word + " } }");
        return findings.findings.front().rule == "token-without-expiry"
                   ? findings.findings.front().severity
                   : policy::Severity::off;
    };
    CHECK(severity_with("error") == policy::Severity::error);
    CHECK(severity_with("off") == policy::Severity::off);
    const auto findings =
        findings_of(without_end, "policy: { rules: { token-without-expiry: info } }");
    CHECK(findings.findings.back().severity == policy::Severity::info); // the worst come first
}

TEST_CASE("an `ignore` is void from its date on, and says so", "[policy]") {
    const auto findings_until = [](const std::string& date) {
        return findings_of(
            ann + "token:ann@pve!ci:0:1::\n",
            "policy:\n"
            "  ignore:\n"
            "    - { rule: token-without-expiry, object: \"token:ann@pve!ci\", reason: x, until: " +
                date + " }\n"
        );
    };
    const auto before = findings_until("2027-01-15T08:00:01Z");
    CHECK(objects_of(before, "token-without-expiry").empty());
    CHECK(before.remarks.empty());
    const auto after = findings_until("2027-01-15T08:00:00Z");
    CHECK(objects_of(after, "token-without-expiry") == Objects{"token:ann@pve!ci"});
    REQUIRE(after.remarks.size() == 1);
    CHECK(after.remarks.front().span.line == 4);
    CHECK_THAT(after.remarks.front().message, Catch::Matchers::Contains("counts no more"));
}

TEST_CASE("a finding knows where its object is declared", "[policy]") {
    const auto findings = findings_of(
        ann + group_of_ann + "token:ann@pve!ci:0:0::\n" +
            "acl:1:/:ann@pve:Administrator:\nacl:1:/vms:@ops:PVEAuditor:\n",
        "users:\n"
        "  ann@pve:\n"
        "    acl:\n"
        "      - { path: /, role: Administrator }\n"
        "    tokens:\n"
        "      ci:\n"
        "        privilege_separation: false\n"
        "        expire: never\n"
    );
    const auto line_of = [&](std::string_view rule) {
        for (const policy::Finding& finding : findings.findings) {
            if (finding.rule == rule) {
                return finding.span.line;
            }
        }
        return std::size_t(0);
    };
    CHECK(line_of("administrator-on-root") == 5);
    CHECK(line_of("token-without-separation") == 8);
    CHECK(line_of("token-without-expiry") == 9);
}

TEST_CASE("what findings say is true of entries that reach less, or are taken", "[policy]") {
    const auto message_of = [](const std::string& user_cfg, std::string_view rule) {
        for (const policy::Finding& finding : findings_of(ann + user_cfg, "").findings) {
            if (finding.rule == rule) {
                return finding.message;
            }
        }
        return std::string();
    };
    CHECK(
        message_of("acl:1:/:ann@pve:Administrator:\n", "administrator-on-root") ==
        "`ann@pve` may do everything everywhere: role `Administrator` on `/`"
    );
    CHECK(
        message_of("acl:0:/:ann@pve:Administrator:\n", "administrator-on-root") ==
        "`ann@pve` may do everything on `/` itself, change its ACL among it: role `Administrator` "
        "on `/`"
    );
    const std::string given = separated + "acl:1:/vms:ann@pve!ci:PVEVMUser:\n";
    const std::string start = "role `PVEVMUser` on `/vms` gives token `ann@pve!ci` nothing: ";
    const std::string is_taken =
        start + "where `ann@pve` holds any of its privileges, other entries of the token take it";
    const std::string is_lacking = start + "`ann@pve` holds none of its privileges there";
    const auto effect_of = [&](const std::string& rows) {
        return message_of(given + rows, "token-acl-without-effect");
    };
    CHECK(effect_of("") == is_lacking);
    CHECK(effect_of("acl:1:/vms:ann@pve!ci:NoAccess:\n") == is_lacking);
    const std::string denied = "acl:1:/vms:ann@pve!ci:NoAccess:\n";
    CHECK(effect_of("acl:1:/vms:ann@pve:PVEVMUser:\n" + denied) == is_taken);
    // Replaced at the only path where the user holds any of it.
    CHECK(
        effect_of("acl:1:/vms/7:ann@pve:PVEVMUser:\nacl:1:/vms/7:ann@pve!ci:PVESysAdmin:\n") ==
        is_taken
    );
}

TEST_CASE("what is out of scope is somebody else's matter", "[policy]") {
    const auto findings = findings_of(
        ann + "user:ben@pve:1:0::::::\ntoken:ann@pve!ci:0:0::\ntoken:ben@pve!ci:0:0::\n",
        "scope: { users: [\"ben@*\"] }"
    );
    CHECK(objects_of(findings, "token-without-expiry") == Objects{"token:ben@pve!ci"});
}

TEST_CASE("a path is unknown where the lists of objects do not have it", "[policy]") {
    const std::string yaml =
        "users: { ann@pve: { acl: [{ paths: [/vms/100, /vms/1000], role: PVEVMUser }] } }";
    Inventory seen;
    seen.objects.insert(AclPath{"/vms/100"});
    CHECK(
        objects_of(findings_of(ann, yaml, &seen), "unknown-path") ==
        Objects{"acl:/vms/1000 ann@pve PVEVMUser"}
    );
    CHECK(objects_of(findings_of(ann, yaml), "unknown-path").empty()); // nobody looked
    CHECK(objects_of(
              findings_of(
                  ann + "group:new:::\n",
                  "users: { ann@pve: { acl: [{ path: /access/groups/new, role: PVEUserAdmin }] } }",
                  &seen // read before the group came to be
              ),
              "unknown-path"
    )
              .empty());
}

TEST_CASE("lists of objects are needed only where a declared path asks for them", "[policy]") {
    const State state = cluster(ann + "pool:prod:::::\n");
    const Inventory known = inventory_of(state, {});
    const auto needs = [&](const std::string& path, const std::string& more = "") {
        return policy::needs_object_lists(
            declared(
                "users: { ann@pve: { acl: [{ path: " + path + ", role: PVEVMUser }] } }\n" + more
            ),
            known
        );
    };
    CHECK(needs("/vms/100"));
    CHECK(needs("/sdn/zones/z1"));
    CHECK_FALSE(needs("/vms/100", "policy: { rules: { unknown-path: off } }"));
    CHECK_FALSE(needs("/"));
    CHECK_FALSE(needs("/vms"));
    CHECK_FALSE(needs("/pool/prod"));
    CHECK_FALSE(needs("/pool/prdo"));
    CHECK_FALSE(needs("/access/realm/pve"));
    CHECK(policy::needs_object_lists(
        declared(
            "users: { ann@pve: { tokens: { ci: { acl: [{ path: /storage/a, role: PVEAuditor }] "
            "} } } }"
        ),
        known
    ));
    CHECK(policy::needs_object_lists(
        declared("groups: { ops: { acl: [{ path: /nodes/a, role: PVEAuditor }] } }"), known
    ));
}

TEST_CASE("without a cluster only what the document itself says is judged", "[policy]") {
    const auto rules_of = [](const std::string& yaml) {
        Objects rules;
        for (const auto& finding : policy::check_alone(declared(yaml), policy_now).findings) {
            rules.emplace_back(finding.rule);
        }
        return rules;
    };
    // Left out: the cluster may have a token of that name with an expiry, entries, members.
    CHECK(rules_of("users: { ann@pve: { tokens: { ci: {} } } }\n"
                   "groups: { ops: { comment: x } }\n"
                   "roles: { Mine: { privileges: [VM.Audit] } }\n")
              .empty());
    CHECK(
        rules_of("users: { ann@pve: { tokens: { ci: { expire: never, privilege_separation: false } "
                 "} } }") == Objects{"token-without-expiry", "token-without-separation"}
    );
    CHECK(
        rules_of("users: { ann@pve: { tokens: { ci: { lifetime: 500d, renew_before: 20d, acl: [], "
                 "privilege_separation: true } } } }"
        ) == Objects{"token-lifetime", "token-without-acl"}
    );
    CHECK(
        rules_of("users: { ann@pve: { groups: [ops], acl: [{ path: /vms, role: PVEAuditor }] } }\n"
                 "groups: { ops: { acl: [{ path: /vms, role: PVEVMAdmin }] } }\n"
        ) == Objects{"hidden-entry"}
    );
    // What `Theirs` holds, the cluster knows.
    CHECK(rules_of("users: { ann@pve: { groups: [ops], acl: [{ path: /vms, role: Theirs }] } }\n"
                   "groups: { ops: { acl: [{ path: /vms, role: PVEVMAdmin }] } }\n")
              .empty());
    CHECK(rules_of("users: { ann@pve: { acl: [{ path: /pool/prdo, role: PVEAuditor }] } }").empty()
    );
}

TEST_CASE("every rule has words of its own", "[policy]") {
    for (const policy::Rule& rule : policy::rules()) {
        INFO(rule.id);
        CHECK(policy::find_rule(rule.id) == &rule);
        CHECK(rule.summary.size() > 10);
        CHECK(rule.explanation.contains("\n\n")); // why, and what to do
    }
    CHECK(policy::find_rule("hidden") == nullptr);
}
