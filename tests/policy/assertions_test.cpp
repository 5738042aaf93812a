// Tests of access: what holds, what does not, and why.

#include "policy/assertions.hpp"

#include "policy/world.hpp"

using namespace pveform;       // NOLINT: a test's own small world
using namespace pveform::test; // NOLINT
using Catch::Matchers::Contains;

namespace {

const std::string people = "user:ann@pve:1:0::::::\n"
                           "user:ben@pve:1:0::::::\n"
                           "token:ann@pve!ci:0:1::\n"
                           "token:ann@pve!all:0:0::\n"
                           "token:root@pam!rt:0:1::\n"
                           "group:ops:ann@pve,ghost@pve::\n"
                           "group:empty:::\n"
                           "pool:prod::100:::\n"
                           "role:Watcher:VM.Audit:\n"
                           "acl:1:/:ben@pve:PVEAuditor:\n"
                           "acl:1:/pool/prod:@ops:Watcher:\n"
                           "acl:1:/pool/prod:ann@pve!ci:PVEVMAdmin:\n"
                           "acl:1:/vms/200:@ops:Watcher:\n"
                           "acl:0:/vms/200:ann@pve:NoAccess:\n";

policy::Verdict verdict_on(
    const std::string& assertion, const std::set<AclPath>& hidden = {}, const std::string& more = ""
) {
    const auto document = declared("assertions:\n  - " + assertion + "\n");
    return policy::evaluate(document.assertions, cluster(people + more), hidden, policy_now)
        .front();
}

struct Row {
    std::string assertion;
    policy::Outcome outcome;
    std::size_t cases;
    std::string obstacle = {};
};

} // namespace

TEST_CASE("claims hold or fail for every principal and path that match", "[policy]") {
    using enum policy::Outcome;
    const std::vector<Row> rows = {
        {"{ principal: ann@pve, path: /vms/100, allows: [VM.Audit] }", holds, 1},
        {"{ principal: ann@pve, path: /vms/100, allows: [VM.Audit, VM.PowerMgmt] }", fails, 1},
        {"{ principal: ann@pve, path: /vms/100, denies: [VM.Audit] }", fails, 1},
        {"{ principal: ann@pve, path: /vms/100, denies: [VM.PowerMgmt] }", holds, 1},
        {"{ principal: ann@pve, path: /vms/100, only: Watcher }", holds, 1},
        {"{ principal: ann@pve, path: /vms/100, only: [VM.Audit] }", holds, 1},
        {"{ principal: ann@pve, path: /vms/100, only: PVEVMUser }", fails, 1},
        {"{ principal: ben@pve, path: /vms/100, only: [VM.Audit] }", fails, 1},
        {"{ principal: ann@pve, path: /vms/300, only: [] }", holds, 1},
        {"{ principal: ann@pve, path: /vms/200, only: [] }", holds, 1}, // its own NoAccess
        // A token has what both it and its user have.
        {"{ principal: ann@pve!ci, path: /vms/100, only: [VM.Audit] }", holds, 1},
        {"{ principal: ann@pve!all, path: /vms/100, only: Watcher }", holds, 1},
        // A group stands for its members, as far as they exist.
        {"{ principal: \"@ops\", path: /vms/100, only: Watcher }", holds, 1},
        {"{ principal: \"@*\", path: /vms/100, only: Watcher }", holds, 1},
        {"{ principal: \"@empty\", path: /vms/100, only: Watcher }", fails, 0, "nobody matches"},
        {"{ principal: \"@no\", path: /vms/100, denies: [VM.Audit] }", fails, 0, "nobody matches"},
        {"{ principal: ghost@pve, path: /, denies: [VM.Audit] }", fails, 0, "nobody matches"},
        // Wildcards.
        {"{ principal: \"*@pve!*\", path: /, denies: [Permissions.Modify] }", holds, 2},
        {"{ principal: \"*!*\", path: /, denies: [Permissions.Modify] }", holds, 3},
        {"{ principal: \"*@pve\", path: /, denies: [Sys.Audit] }", fails, 2},
        // root@pam is meant only by its name.
        {"{ principal: \"*@pam\", path: /, denies: [Sys.Audit] }", fails, 0, "nobody matches"},
        {"{ principal: root@pam, path: /, allows: [Sys.Audit] }", holds, 1},
        // Paths: 100 (of the pool), 200 (of an entry), and any other.
        {"{ principal: ben@pve, path: \"/vms/*\", allows: [VM.Audit] }", holds, 3},
        {"{ principal: ben@pve, path: \"/vms/**\", allows: [VM.Audit] }", holds, 6},
        {"{ principal: ann@pve, path: \"/vms/*\", allows: [VM.Audit] }", fails, 3},
        {"{ principal: ann@pve, path: \"/pool/pr*\", allows: [VM.Audit] }", fails, 2},
        {"{ principal: ann@pve, path: /pool/prod, allows: [VM.Audit] }", holds, 1},
        {"{ principal: ann@pve, path: /pool/prdo, denies: [VM.Audit] }",
         fails,
         0,
         "no path matches"},
        {"{ principal: ann@pve, path: \"/pool/x*\", denies: [VM.Audit] }", fails, 0, "no path"},
        {"{ principal: ann@pve, path: \"/**\", denies: [Permissions.Modify] }", holds, 0},
        // What cannot be true or false.
        {"{ principal: ann@pve, path: /, only: Nobody }", fails, 0, "there is no role `Nobody`"},
        {"{ principal: ann@pve, path: /, denies: [VM.Monitor] }", fails, 0, "no privilege"},
    };
    for (const Row& row : rows) {
        INFO(row.assertion);
        const auto verdict = verdict_on(row.assertion);
        CHECK(verdict.outcome == row.outcome);
        if (!row.assertion.contains("/**\", denies")) {
            CHECK(verdict.cases == row.cases);
        }
        CHECK_THAT(verdict.obstacle, Contains(row.obstacle));
        CHECK(verdict.obstacle.empty() == row.obstacle.empty());
        CHECK(verdict.span.line == 3);
    }
}

TEST_CASE("a failure says what was expected, what is held, and by which entries", "[policy]") {
    const auto verdict = verdict_on(
        "{ principal: ann@pve!ci, path: /vms/100, allows: [VM.Console], denies: [VM.Audit] }"
    );
    REQUIRE(verdict.failures.size() == 1);
    const policy::Failure& failure = verdict.failures.front();
    CHECK(failure.missing == std::set{Privilege{"VM.Console"}});
    CHECK(failure.excess == std::set{Privilege{"VM.Audit"}});
    CHECK(failure.held == std::set{Privilege{"VM.Audit"}});
    CHECK(
        failure.because ==
        std::vector<std::string>{
            "`/pool/prod`: role `PVEVMAdmin` of `ann@pve!ci`, through pool `prod`",
            "and no more than `ann@pve` has:",
            "`/pool/prod`: role `Watcher` of `@ops`, through pool `prod`"}
    );
}

TEST_CASE("a failure names the entries that are hidden, and the lack of any", "[policy]") {
    const auto hidden = verdict_on("{ principal: ann@pve, path: /vms/200, allows: [VM.Audit] }");
    CHECK(
        hidden.failures.front().because ==
        std::vector<std::string>{
            "`/vms/200`: role `NoAccess` of `ann@pve`",
            "`/vms/200`: role `Watcher` of `@ops`, hidden by entries of the user itself"}
    );
    const auto none = verdict_on("{ principal: ann@pve, path: /vms/300, allows: [VM.Audit] }");
    CHECK(
        none.failures.front().because ==
        std::vector<std::string>{"no entry for `ann@pve` reaches `/vms/300`"}
    );
    const auto any = verdict_on("{ principal: ann@pve, path: \"/vms/3*\", allows: [VM.Audit] }");
    CHECK(any.failures.front().path == "/vms/3*");
    CHECK(
        any.failures.front().because ==
        std::vector<std::string>{"no entry for `ann@pve` reaches `/vms/3*`"}
    );
}

TEST_CASE("what is allowed to those who cannot log in holds, and is noted", "[policy]") {
    const std::string more = "user:dis@pve:0:0::::::\nuser:old@pve:1:1000000000::::::\n"
                             "token:ben@pve!dead:1000000000:0::\ntoken:dis@pve!tok:0:0::\n"
                             "acl:1:/vms:dis@pve,old@pve:PVEVMUser:\n";
    const auto note_on = [&](const std::string& who, const std::string& claim) {
        const auto verdict =
            verdict_on("{ principal: " + who + ", path: /vms/100, " + claim + " }", {}, more);
        CHECK(verdict.outcome == policy::Outcome::holds);
        return verdict.note;
    };
    const std::string allows = "allows: [VM.Audit]";
    const std::string end = " cannot log in (disabled or expired)";
    CHECK(note_on("dis@pve", allows) == "holds, but `dis@pve`" + end);
    CHECK(note_on("old@pve", allows) == "holds, but `old@pve`" + end);
    CHECK(note_on("ben@pve!dead", allows) == "holds, but `ben@pve!dead`" + end);
    CHECK(note_on("dis@pve!tok", allows) == "holds, but `dis@pve!tok`" + end);
    CHECK(note_on("'*@pve'", allows) == "holds, but `dis@pve`, `old@pve`" + end);
    CHECK(note_on("ben@pve", allows).empty());
    CHECK(note_on("dis@pve", "denies: [VM.Allocate]").empty());
    CHECK(note_on("dis@pve", "only: PVEVMUser").empty());
    const auto failed =
        verdict_on("{ principal: dis@pve, path: /vms/100, allows: [VM.Allocate] }", {}, more);
    CHECK(failed.note.empty());
}

TEST_CASE("only what pools that nobody saw can decide is unknown", "[policy]") {
    using enum policy::Outcome;
    const std::set<AclPath> hidden = {AclPath{"/pool/secret"}};
    const std::string grant = "acl:1:/pool/secret:ben@pve:PVEVMAdmin:\n";
    const auto outcome = [&](const std::string& assertion, const std::string& more) {
        return verdict_on(assertion, hidden, more).outcome;
    };
    const std::string power = "{ principal: ben@pve, path: /vms/100, denies: [VM.PowerMgmt] }";
    CHECK(outcome(power, grant) == unknown);
    CHECK(outcome(power, "") == holds);
    CHECK(verdict_on(power, {}, grant).outcome == holds);
    // More rights do not break what is allowed; NoAccess at the pool would.
    const std::string audit = "{ principal: ben@pve, path: /vms/100, allows: [VM.Audit] }";
    CHECK(outcome(audit, grant) == holds);
    CHECK(outcome(audit, "acl:1:/pool/secret:ben@pve:NoAccess:\n") == unknown);
    // Paths that no pool holds.
    CHECK(outcome("{ principal: ben@pve, path: /vms, denies: [VM.PowerMgmt] }", grant) == holds);
    CHECK(
        outcome("{ principal: ben@pve, path: /nodes/a, denies: [VM.PowerMgmt] }", grant) == holds
    );
    // A token: one pool gives it, another gives its user.
    const std::string split = "{ principal: ann@pve!ci, path: /vms/9, denies: [VM.PowerMgmt] }";
    CHECK(
        outcome(
            split,
            "acl:1:/pool/secret/a:ann@pve!ci:PVEVMAdmin:\nacl:1:/pool/secret/"
            "b:ann@pve:PVEVMAdmin:\n"
        ) == unknown
    );
}
