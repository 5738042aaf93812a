// Values that documents come to; what is refused stands in tests/documents.
#include <random>

#include "desired/reading.hpp"

using namespace pveform;
using namespace pveform::test;
using std::chrono::days;
using std::chrono::seconds;

namespace {

const desired::User& user(const desired::Document& document, const std::string& id) {
    return document.users.at(UserId{id});
}

const desired::Token&
token(const desired::Document& document, const std::string& id, const std::string& name) {
    return user(document, id).tokens->at(name);
}

/// `/vms PVEAuditor`, with a `-` where it does not propagate.
std::vector<std::string> rows(const std::optional<desired::AclList>& list) {
    std::vector<std::string> texts;
    for (const desired::AclRow& row : *list) {
        texts.push_back(row.path.text + " " + row.role.text + (row.propagate ? "" : " -"));
    }
    return texts;
}

using Rows = std::vector<std::string>;

} // namespace

TEST_CASE("what is left out has no value", "[desired]") {
    const auto document = wanted("users: { a@pve: {} }\ngroups: { g: {} }\nroles: { R: {} }\n");
    const desired::User& one = user(document, "a@pve");
    CHECK_FALSE(one.comment);
    CHECK_FALSE(one.enabled);
    CHECK_FALSE(one.expire);
    CHECK_FALSE(one.groups);
    CHECK_FALSE(one.acl);
    CHECK_FALSE(one.tokens);
    CHECK_FALSE(document.groups.at(GroupId{"g"}).members);
    CHECK_FALSE(document.roles.at(RoleId{"R"}).privileges);
    CHECK_FALSE(document.scope);
    CHECK(document.limits.destroy.value == 5);
    CHECK(document.limits.acl_removals.value == 10);
}

TEST_CASE("an empty list is a list", "[desired]") {
    const auto document =
        wanted("users: { a@pve: { groups: [], acl: [], tokens: {} } }\n"
               "groups: { g: { members: [] } }\nroles: { R: { privileges: [] } }\n");
    const desired::User& one = user(document, "a@pve");
    CHECK((one.groups && one.groups->empty()));
    CHECK((one.acl && one.acl->empty()));
    CHECK((one.tokens && one.tokens->empty()));
    CHECK(document.groups.at(GroupId{"g"}).members->empty());
    CHECK(document.roles.at(RoleId{"R"}).privileges->empty());
}

TEST_CASE("ends are dates, times, or never", "[desired]") {
    const auto document = wanted("users:\n"
                                 "  a@pve: { expire: 2027-06-30 }\n"
                                 "  b@pve: { expire: 2027-06-30T02:00:00+02:00 }\n"
                                 "  c@pve: { expire: never }\n");
    CHECK(user(document, "a@pve").expire->value == Expiry{1814313600});
    CHECK(user(document, "b@pve").expire->value == Expiry{1814313600});
    CHECK(user(document, "c@pve").expire->value.is_never());
}

TEST_CASE("paths and roles of one entry are multiplied out", "[desired]") {
    const auto document = wanted(R"(
groups:
  g:
    acl:
      - { paths: [/vms, storage/], roles: [A, B], propagate: false }
      - { path: //, role: A }
)");
    CHECK(
        rows(document.groups.at(GroupId{"g"}).acl) ==
        Rows{"/storage A -", "/storage B -", "/vms A -", "/vms B -", "/ A"}
    );
}

TEST_CASE("values know where they were written", "[desired]") {
    const auto document =
        wanted("users:\n  a@pve:\n    comment: x\n    acl: [{ path: /, role: R }]\n");
    const desired::User& one = user(document, "a@pve");
    CHECK(one.span.file_and_line() == "pveform.yaml:3");
    CHECK(one.comment->span.line == 4);
    CHECK(one.comment->span.column == 14);
    CHECK(one.acl->front().span.column == 19);
    CHECK(one.acl->front().role_span.column == 28);
}

TEST_CASE("relative paths are relative to the file that writes them", "[desired]") {
    const auto document = parse({
        {"access/common/cluster.yaml", "version: 1\ncluster: { tls: { ca_file: ca.pem } }\n"},
        {"access/prod/secrets.yaml", "secrets: { file: { path: ../../secrets/prod.json } }\n"},
        {"users.yaml",
         "users:\n"
         "  a@pve: { initial_password: { file: a.txt } }\n"
         "  b@pve: { initial_password: { file: /etc/b.txt } }\n"},
    });
    REQUIRE(document);
    CHECK(document->cluster.ca_file->value == "access/common/ca.pem");
    CHECK(document->secrets.file->value == "secrets/prod.json");
    CHECK(user(*document, "a@pve").initial_password->value.file == "a.txt");
    CHECK(user(*document, "b@pve").initial_password->value.file == "/etc/b.txt");
}

TEST_CASE("passwords come from a variable, a file or a command", "[desired]") {
    using Kind = desired::PasswordSource::Kind;
    const auto document =
        wanted("users:\n"
               "  a@pve: { initial_password: { env: A } }\n"
               "  b@pve: { initial_password: { command: [get, b@pve, \"\"] } }\n");
    const auto& a = user(document, "a@pve").initial_password->value;
    CHECK(a.kind == Kind::environment);
    CHECK(a.variable == "A");
    const auto& b = user(document, "b@pve").initial_password->value;
    CHECK(b.kind == Kind::command);
    CHECK(b.command == std::vector<std::string>{"get", "b@pve", ""});
}

TEST_CASE("endpoint and fingerprint have one spelling", "[desired]") {
    const std::string bytes = "ab:CD:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:"
                              "EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:0d";
    const auto document = wanted(
        "cluster:\n  endpoint: https://pve:8006/\n  tls: { fingerprint: \"" + bytes + "\" }\n"
    );
    CHECK(document.cluster.endpoint->value == "https://pve:8006");
    CHECK(document.cluster.fingerprint->value.starts_with("AB:CD:00"));
    CHECK(document.cluster.fingerprint->value.ends_with(":0D"));
}

TEST_CASE("several files are one document", "[desired]") {
    const auto document = parse({
        {"a.yaml",
         "cluster: { name: prod }\nusers: { a@pve: {} }\nabsent: { users: [x@pve] }\n"
         "manage: { users: { prune: [\"a*@pve\"] } }\nlimits: { destroy: 1 }\n"
         "assertions: [{ principal: a@pve, path: /, denies: [VM.Audit] }]\n"},
        {"b.yaml",
         "version: 1\ncluster: { endpoint: \"https://pve:8006\" }\nusers: { b@pve: {} }\n"
         "manage: { users: { prune: [\"b*@pve\"] } }\nlimits: { acl_removals: 2 }\n"
         "absent: { users: [x@pve, y@pve] }\n"
         "assertions: [{ principal: b@pve, path: /, denies: [VM.Audit] }]\n"},
        {"c.yaml", "version: 1\n"},
    });
    REQUIRE(document);
    CHECK(document->cluster.name->value == "prod");
    CHECK(document->cluster.endpoint->value == "https://pve:8006");
    CHECK(document->users.size() == 2);
    CHECK(document->manage.users.prune.size() == 2);
    CHECK(document->absent.users.size() == 2);
    CHECK(document->assertions.size() == 2);
    CHECK(document->limits.destroy.value == 1);
    CHECK(document->limits.acl_removals.value == 2);
}

TEST_CASE("the same thing declared twice names both places", "[desired]") {
    CHECK(
        complaints(Files{
            {"a.yaml", "version: 1\nusers:\n  a@pve: {}\n"},
            {"b.yaml", "users:\n  a@pve: { comment: x }\n"},
        }) == "error: user `a@pve` is declared twice\n"
              " --> b.yaml:2:3\n"
              "  |\n"
              "2 |   a@pve: { comment: x }\n"
              "  |   ^^^^^\n"
              "  |\n"
              " ::: a.yaml:3:3\n"
              "  |\n"
              "3 |   a@pve: {}\n"
              "  |   ----- first declared here\n"
              "  = help: keep one of the two\n"
    );
    const auto* text = GENERATE(
        "groups: { g: {} }",
        "roles: { R: {} }",
        "profiles: { p: {} }",
        "realms: { corp: {} }",
        "cluster: { name: x }",
        "cluster: { tls: { ca_file: x } }",
        "secrets: { file: { path: x } }",
        "limits: { destroy: 5 }",
        "manage: { users: { action: disable } }",
        "defaults: { token: { lifetime: 1d } }",
        "policy: { rules: { hidden-entry: off } }"
    );
    CAPTURE(text);
    const std::string said = complaints(Files{
        {"a.yaml", std::string("version: 1\n") + text}, {"b.yaml", std::string(text) + "\n"}});
    CHECK_THAT(said, ContainsSubstring("is declared twice\n --> b.yaml:1:"));
    CHECK_THAT(said, ContainsSubstring("::: a.yaml:2:"));
}

TEST_CASE("a document without a version is refused", "[desired]") {
    CHECK_THAT(
        complaints(Files{{"a.yaml", "users: {}\n"}, {"b.yaml", ""}}),
        ContainsSubstring("`version` is missing\n --> a.yaml:1:1")
    );
    CHECK(
        complaints(Files{}) == "error: `version` is missing\n"
                               "  = help: begin the document with `version: 1`\n"
    );
}

TEST_CASE("mistakes of YAML and of meaning are reported together", "[desired]") {
    const auto document = parse({
        {"a.yaml",
         "version: 1\nusers:\n  a@pve: { enabled: yes }\n  a@pve: {}\n  <<: {}\n  b@pve: !x {}\n"},
        {"b.yaml", "userz: {}\n"},
    });
    REQUIRE_FALSE(document);
    std::vector<std::string> said;
    for (const Error& error : document.error()) {
        said.push_back(error.message);
    }
    CHECK(
        said ==
        std::vector<std::string>{
            "`enabled` must be true or false, not the string `yes`",
            "key `a@pve` is written twice",
            "merge keys are not supported",
            "tags are not supported",
            "unknown key `userz`"}
    );
}

TEST_CASE("no damage to a document does harm", "[desired]") {
    const std::string whole = R"(version: 1
cluster: { endpoint: "https://pve", tls: { ca_file: a } }
scope: { users: ["*@pve"], groups: ["*"], acl: ["/**"] }
manage: { users: { prune: ["*@pve"], action: disable }, acl: { ignore: [{ path: "/x/**" }] } }
profiles: { p: { acl: [{ path: /, role: R }], tokens: { t1: { acl: same_as_user } } } }
users:
  a@pve: { profile: p, expire: 2027-06-30, initial_password: { env: X } }
  b@pve: { groups: &g [g, h], tokens: { t1: { lifetime: 9d, renew_before: 3d, overlap: 1d } } }
groups: { g: { members: [b@pve] }, h: {} }
policy: { rules: { token-lifetime: { max: 9d } } }
assertions: [{ principal: "*@pve", path: /, only: [VM.Audit] }]
absent: { tokens: ["b@pve!old"] }
)";
    std::mt19937 random(7); // NOLINT(*-msc51-cpp)
    const std::string_view characters = "\"'{}[]:,&*!|>#-?@$`~ \n0R/g";
    std::size_t refused = 0;
    for (int round = 0; round < 3000; ++round) {
        std::string text = whole;
        for (int i = 0; i < 2; ++i) {
            const std::size_t where = random() % text.size();
            if (random() % 2 == 0) {
                text[where] = characters[random() % characters.size()];
            } else {
                text.erase(where, 1 + random() % 12);
            }
        }
        auto parsed = document::parse_yaml(std::make_shared<const SourceFile>("d.yaml", text));
        if (!parsed) {
            continue;
        }
        const auto document = desired::parse({std::move(*parsed)});
        refused += document ? 0U : 1U;
        if (!document) {
            CHECK_FALSE(render::diagnostics(document.error(), {}).empty());
        }
    }
    CHECK(refused > 500);
}

TEST_CASE(
    "errors are in reading order, and what is said twice of one place is said once", "[desired]"
) {
    const auto document = parse({
        {"b.yaml",
         "version: 1\nusers:\n  a@pve: { acl: &x [{ path: /, role: PVEAudtor }] }\n"
         "  b@pve: { acl: *x, commment: x }\n"},
        {"a.yaml", "typo: 1\n"},
    });
    REQUIRE_FALSE(document);
    REQUIRE(document.error().size() == 3);
    CHECK(document.error()[0].message == "unknown role `PVEAudtor`");
    CHECK(document.error()[1].message == "unknown key `commment`");
    CHECK(document.error()[2].message == "unknown key `typo`");
}

TEST_CASE("`same_as_user` is the user's list", "[desired]") {
    const auto document = wanted(R"(
users:
  a@pve:
    acl: [{ path: /vms, role: R }]
    tokens: { ci: { acl: same_as_user }, other: {} }
)");
    CHECK(rows(token(document, "a@pve", "ci").acl) == Rows{"/vms R"});
    CHECK(token(document, "a@pve", "ci").acl->front().span.line == 5);
    CHECK_FALSE(token(document, "a@pve", "other").acl);
}

TEST_CASE("a user takes the keys of its profile that it does not write itself", "[desired]") {
    const auto document = wanted(R"(
profiles:
  p:
    comment: from the profile
    first_name: Profile
    enabled: false
    groups: [g]
    acl: [{ path: /, role: P }]
    initial_password: { env: X }
    tokens:
      both: { comment: from the profile, lifetime: 90d, acl: same_as_user }
      theirs: { acl: same_as_user }
users:
  a@pve: { profile: p }
  b@pve:
    profile: p
    comment: its own
    groups: []
    acl: [{ path: /vms, role: B }]
    tokens:
      both: { expire: 2030-01-01, privilege_separation: false }
      mine: {}
)");
    const desired::User& a = user(document, "a@pve");
    CHECK(a.comment->value == "from the profile");
    CHECK(a.comment->span.line == 5);
    CHECK(a.initial_password->value.variable == "X");
    CHECK(a.groups->size() == 1);
    CHECK(rows(token(document, "a@pve", "theirs").acl) == Rows{"/ P"});

    const desired::User& b = user(document, "b@pve");
    CHECK(b.comment->value == "its own");
    CHECK(b.first_name->value == "Profile");
    CHECK_FALSE(b.enabled->value);
    CHECK(b.groups->empty());
    CHECK(rows(b.acl) == Rows{"/vms B"});
    CHECK(b.tokens->size() == 3);
    CHECK(rows(token(document, "b@pve", "theirs").acl) == Rows{"/vms B"});
    const desired::Token& both = token(document, "b@pve", "both");
    CHECK(both.comment->value == "from the profile");
    CHECK_FALSE(both.privilege_separation->value);
    CHECK(both.expire->value == Expiry{1893456000});
    CHECK_FALSE(both.lifetime); // it chose an end of its own
    CHECK(rows(both.acl) == Rows{"/vms B"});
}

TEST_CASE("defaults count as written in every token that has none of its own", "[desired]") {
    const auto document = wanted(R"(
defaults: { token: { lifetime: 90d, renew_before: 21d, overlap: 14d, privilege_separation: true } }
profiles:
  p: { tokens: { long: { lifetime: 365d } } }
users:
  a@pve:
    profile: p
    tokens:
      plain: {}
      short: { lifetime: 30d, renew_before: 7d }
      fixed: { expire: never, privilege_separation: false }
)");
    const auto& plain = token(document, "a@pve", "plain");
    CHECK(plain.lifetime->value == days(90));
    CHECK(plain.renew_before->value == days(21));
    CHECK(plain.overlap->value == days(14));
    CHECK(plain.privilege_separation->value);
    CHECK(plain.lifetime->span.line == 3);
    CHECK(token(document, "a@pve", "short").lifetime->value == days(30));
    CHECK(token(document, "a@pve", "short").renew_before->value == days(7));
    CHECK(token(document, "a@pve", "long").lifetime->value == days(365));
    CHECK(token(document, "a@pve", "long").overlap->value == days(14));
    const auto& fixed = token(document, "a@pve", "fixed");
    CHECK(fixed.expire->value.is_never());
    CHECK_FALSE(fixed.privilege_separation->value);
    CHECK_FALSE(fixed.lifetime);
    CHECK_FALSE(fixed.renew_before);
    CHECK_FALSE(fixed.overlap);
}

TEST_CASE(
    "a token with a lifetime is renewed in the last third of it unless it says so", "[desired]"
) {
    const auto document = wanted("users: { a@pve: { tokens: { ci: { lifetime: 90d } } } }\n");
    CHECK(token(document, "a@pve", "ci").renew_before->value == days(30));
}

TEST_CASE("secrets go to a file, a folder or a command", "[desired]") {
    CHECK(wanted("secrets: { directory: { path: out } }\n").secrets.directory->value == "out");
    const auto command = wanted("secrets: { command: { run: [put, x] } }\n").secrets.command->value;
    CHECK(command.run == std::vector<std::string>{"put", "x"});
    CHECK(command.timeout == seconds(30));
    const auto slow = wanted("secrets: { command: { run: [put], timeout: 2m } }\n").secrets.command;
    CHECK(slow->value.timeout == seconds(120));
    const auto slowest =
        wanted("secrets: { command: { run: [put], timeout: 10m } }\n").secrets.command;
    CHECK(slowest->value.timeout == seconds(600));
}

TEST_CASE("ownership is read as it is written", "[desired]") {
    const auto document = wanted(R"(
scope: { users: ["team-*@pve"], acl: ["/pool/team/**"] }
manage:
  users: { prune: ["team-*@pve"], ignore: [team-x@pve], protect: [team-y@pve], action: disable }
  acl: { prune: [{ path: "/pool/**" }, { principal: "@ops-*", path: /vms }], ignore: [{ principal: "*!*" }] }
realms: { corp: { synced: true }, lab: {} }
absent: { users: [team-z@pve], tokens: ["team-q@pve!old"] }
)" + std::string());
    CHECK(document.scope->users.front().value.pattern == "team-*@pve");
    CHECK(document.scope->groups.empty());
    CHECK(document.scope->acl.front().value.pattern == "/pool/team/**");
    CHECK(document.scope->span.line == 3);
    CHECK(document.manage.users.prune.front().value.pattern == "team-*@pve");
    CHECK(document.manage.users.ignore.front().span.line == 5);
    CHECK(document.manage.users.protect.size() == 1);
    CHECK(document.manage.user_action == desired::PruneAction::disable);
    CHECK(document.manage.acl.prune.at(1).path->pattern == "/vms");
    CHECK(document.manage.acl.prune.at(1).principal->pattern == "@ops-*");
    CHECK(document.realms.at(RealmId{"corp"}).synced);
    CHECK_FALSE(document.realms.at(RealmId{"lab"}).synced);
    CHECK(document.absent.users.contains(UserId{"team-z@pve"}));
    CHECK(document.absent.tokens.contains(TokenId{UserId{"team-q@pve"}, "old"}));
}

TEST_CASE("a pattern of ACL rows matches by path, principal, or both", "[desired]") {
    const AclPath path{"/vms/100"};
    const Principal ops = Principal::of(GroupId{"ops-a"});
    CHECK(desired::AclPattern{{}, PathGlob{"/vms/**"}, {}}.matches(path, ops));
    CHECK(desired::AclPattern{{}, {}, Glob{"@ops-*"}}.matches(path, ops));
    CHECK(desired::AclPattern{{}, PathGlob{"/vms/*"}, Glob{"@ops-*"}}.matches(path, ops));
    CHECK_FALSE(desired::AclPattern{{}, PathGlob{"/pool/*"}, Glob{"@ops-*"}}.matches(path, ops));
    CHECK_FALSE(desired::AclPattern{{}, PathGlob{"/vms/*"}, Glob{"*@pve"}}.matches(path, ops));
}

TEST_CASE("policies and assertions are read as they are written", "[desired]") {
    const auto document = wanted(R"(
policy:
  rules:
    hidden-entry: off
    token-lifetime: { severity: error, max: 400d }
    expiring-soon: { within: 2w }
  ignore:
    - { rule: hidden-entry, object: "token:a@pve!ci", reason: legacy, until: 2027-01-31 }
assertions:
  - { principal: "*@pve!*", path: "/pool/**", allows: [VM.Audit], denies: [VM.Console] }
  - { principal: "@ops", path: /vms, only: PVEVMAdmin }
  - { principal: a@pve, path: /, only: [] }
)");
    const auto& rules = document.policy.rules;
    CHECK(rules.at("hidden-entry").severity->value == desired::Severity::off);
    CHECK(rules.at("token-lifetime").severity->value == desired::Severity::error);
    CHECK(rules.at("token-lifetime").duration->value == days(400));
    CHECK_FALSE(rules.at("expiring-soon").severity);
    CHECK(rules.at("expiring-soon").duration->value == days(14));
    const auto& ignore = document.policy.ignore.front();
    CHECK(ignore.rule.value == "hidden-entry");
    CHECK(text_of(ignore.object.value) == "token:a@pve!ci");
    CHECK(ignore.reason == "legacy");
    CHECK(ignore.until->value == 1801353600);
    CHECK(ignore.span.line == 9);

    REQUIRE(document.assertions.size() == 3);
    CHECK(document.assertions[0].principal.value.pattern == "*@pve!*");
    CHECK(document.assertions[0].allows.contains(Privilege{"VM.Audit"}));
    CHECK(document.assertions[0].denies.contains(Privilege{"VM.Console"}));
    CHECK(document.assertions[1].only_role->value == RoleId{"PVEVMAdmin"});
    CHECK_FALSE(document.assertions[1].only_privileges);
    CHECK(document.assertions[2].only_privileges->empty());
}

TEST_CASE("beside a file that cannot be read, only what is wrong by itself is said", "[desired]") {
    const std::vector<document::Tree> trees = {
        tree(
            "a.yaml",
            "users:\n"
            "  a@pve: { profile: elsewhere, tokens: { ci: { acl: same_as_user, overlap: 1d } } }\n"
            "  b@pve: { comment: 7 }\n"
        ),
        tree("b.yaml", "usrs: {}\nusers: { a@pve: {} }\n")};
    const std::string said = render::diagnostics(desired::mistakes_within(trees), {});
    CHECK_THAT(said, ContainsSubstring("`comment` must be a string"));
    CHECK_THAT(said, ContainsSubstring("unknown key `usrs`"));
    CHECK_THAT(said, ContainsSubstring("user `a@pve` is declared twice"));
    CHECK(desired::mistakes_within(trees).size() == 3);
}
