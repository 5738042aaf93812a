// What the help of a diagnostic tells somebody who wrote the right thing in the wrong form.
#include "desired/reading.hpp"

using namespace pveform;
using namespace pveform::test;

namespace {

/// `text` is a line for below `users: { a@pve: … }`.
std::string of_user(const std::string& text) {
    return complaints("users:\n  a@pve:\n    " + text + "\n");
}

} // namespace

TEST_CASE("a map where a list is wanted is written as a list, never as nothing", "[desired]") {
    const std::string entry = of_user("acl: { path: /vms, role: PVEAuditor }");
    CHECK_THAT(entry, ContainsSubstring("`acl` must be a list, not a map"));
    CHECK_THAT(entry, ContainsSubstring("write it as a list: `- { path: …, role: … }`"));
    CHECK_THAT(of_user("groups: { ops: {} }"), ContainsSubstring("write it as a list: `- …`"));
    CHECK_THAT(of_user("acl: {}"), ContainsSubstring("write `[]` for none"));
    CHECK_THAT(of_user("groups: ops"), ContainsSubstring("write [ops]"));
    CHECK_THAT(
        of_user("acl: /vms"), ContainsSubstring("write it as a list: `- { path: …, role: … }`")
    );
}

TEST_CASE("what is written where a map is wanted gets the form of that map", "[desired]") {
    CHECK_THAT(of_user("tokens: [x]"), ContainsSubstring("write `tokens: { NAME: {…} }`"));
    CHECK_THAT(of_user("acl: [/vms]"), ContainsSubstring("write `{ path: …, role: … }`"));
    CHECK_THAT(
        complaints("roles: { S: [VM.Audit] }\n"),
        ContainsSubstring("write `S: { privileges: […] }`")
    );
    CHECK_THAT(complaints("users: [a@pve]\n"), ContainsSubstring("write `users: { NAME: {…} }`"));
    CHECK_THAT(complaints("users: { a@pve: [x] }\n"), ContainsSubstring("write `a@pve: {…}`"));
    CHECK_THAT(complaints("users: { a@pve: }\n"), ContainsSubstring("write `{}` for an empty one"));
}

TEST_CASE(
    "a value of the wrong type is marked itself where it stands beside its key", "[desired]"
) {
    CHECK_THAT(of_user("acl: { path: /vms }"), ContainsSubstring("pveform.yaml:4:10\n"));
    CHECK_THAT(of_user("tokens: [x]"), ContainsSubstring("pveform.yaml:4:13\n"));
    CHECK_THAT(of_user("acl:\n      path: /vms"), ContainsSubstring("pveform.yaml:4:5\n"));
}

TEST_CASE("a date that exists is not said to be none: what its writing lacks is", "[desired]") {
    const auto says = [](const std::string& text, const std::string& words) {
        const std::string said = of_user("expire: " + text);
        CHECK_THAT(said, ContainsSubstring("`" + text + "` is not written as a date"));
        CHECK_THAT(said, ContainsSubstring("help: " + words));
    };
    says("2027-06-30T12:00:00", "write `2027-06-30T12:00:00Z`, or `+02:00` for `Z`");
    says("2027-06-30T12:00", "write `2027-06-30T12:00:00Z`, or `+02:00` for `Z`");
    says("2027-06-30 12:00:00.5", "write `2027-06-30 12:00:00Z`, or `+02:00` for `Z`");
    says("2027-06-30T12:00:00.25Z", "write `2027-06-30T12:00:00Z`; PVE counts whole seconds");
    says("2027-06-30T12:00:00.25+02:00", "write `2027-06-30T12:00:00+02:00`; PVE");
    says("2027-6-3", "write `2027-06-03`\n");
    says("2027-6-3T9:00", "write a date");
    says("Never", "write `never`\n");
    says("90d", "a length of time is the `lifetime` of a token; write a date");
    says("tomorrow", "write a date");
}

TEST_CASE("a date that does not exist is said to be none", "[desired]") {
    for (const std::string text :
         {"2027-02-29", "2027-13-01", "2027-02-30T12:00:00", "2027-06-30T25:00:00Z"}) {
        CHECK_THAT(
            of_user("expire: " + text), ContainsSubstring(text + "` is no date that exists")
        );
    }
}

TEST_CASE("a fix that is to be copied is YAML", "[desired]") {
    const auto says = [](const std::string& text, const std::string& words) {
        CAPTURE(text);
        CHECK_THAT(complaints(text), ContainsSubstring(words));
    };
    says("manage: { users: { prune: \"*\" } }\n", "help: write [\"*\"]\n");
    says("manage: { users: { prune: svc-1@pve } }\n", "help: write [svc-1@pve]\n");
    says("groups: { g: { members: \"a: b\" } }\n", "help: write [\"a: b\"]\n");
}

TEST_CASE("a token's `acl` that is a word was meant to be the user's", "[desired]") {
    CHECK_THAT(
        complaints("users: { a@pve: { acl: [], tokens: { ci: { acl: same_as } } } }\n"),
        ContainsSubstring("did you mean `same_as_user`?")
    );
}
