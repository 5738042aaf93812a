// What rules and tests of access found, as people read it.

#include "render/policy.hpp"

#include <sstream>

#include "catch.hpp"

using namespace pveform; // NOLINT: a test's own small world

namespace {

policy::Finding finding(const std::string& name, bool declared) {
    static const auto file = std::make_shared<const SourceFile>("users.yaml", "\n\n");
    return policy::Finding{
        .rule = "token-without-expiry",
        .severity = policy::Severity::warning,
        .object = split_token_id(name),
        .message = "token `" + name + "` never expires",
        .help = "set `expire`",
        .span = declared ? Span{file, 2, 1, 1} : Span(),
    };
}

} // namespace

TEST_CASE("a finding is a line with its place, the help comes once", "[render]") {
    policy::Findings findings;
    findings.findings = {finding("a@pve!x", true), finding("b@pve!x", false)};
    CHECK(
        render::findings_text(findings, false, {}) ==
        "  warning[token-without-expiry] users.yaml:2: token `a@pve!x` never expires\n"
        "  warning[token-without-expiry] token `b@pve!x` never expires\n"
        "    help: set `expire`\n"
    );
}

TEST_CASE("of what is not declared a few are shown, and all on demand", "[render]") {
    policy::Findings findings;
    for (const char* name : {"a", "b", "c", "d", "e"}) {
        findings.findings.push_back(finding(name, false));
    }
    const std::string few = render::findings_text(findings, false, {});
    CHECK_THAT(few, Catch::Matchers::Contains("and 2 more that the document does not declare"));
    CHECK_FALSE(few.contains("`d`"));
    CHECK(render::findings_text(findings, true, {}).contains("`e`"));
}

TEST_CASE("what a principal holds is wrapped where nobody looks at a terminal too", "[render]") {
    std::set<Privilege> many;
    for (int i = 10; i < 57; ++i) {
        many.insert(Privilege{"VM.Privilege" + std::to_string(i)});
    }
    const policy::Verdict verdict{
        .claim = "claim",
        .span = {},
        .outcome = policy::Outcome::fails,
        .cases = 1,
        .failures =
            {{.principal = Principal::of(UserId{"ann@pve"}),
              .path = "/vms",
              .missing = {},
              .excess = {Privilege{"VM.Audit"}},
              .held = many,
              .because = {}}},
        .obstacle = {},
    };
    const std::string text = render::verdicts_text({verdict}, {});
    CHECK_THAT(text, ContainsSubstring("      expected  not VM.Audit\n      holds     VM.Priv"));
    CHECK_THAT(text, ContainsSubstring(",\n                VM.Privilege"));
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        CHECK(line.size() <= render::Style().width);
    }
}

TEST_CASE("what comes from a cluster cannot steer a terminal", "[render]") {
    const std::string hostile = "a\x1b[2J\r\n@pve";
    policy::Findings findings;
    findings.findings = {finding(hostile, false)};
    findings.remarks = {{hostile, {}}};
    const policy::Verdict verdict{
        .claim = hostile,
        .span = {},
        .outcome = policy::Outcome::fails,
        .cases = 1,
        .failures =
            {{.principal = Principal::of(UserId{hostile}),
              .path = hostile,
              .missing = {Privilege{hostile}},
              .excess = {Privilege{hostile}},
              .held = {Privilege{hostile}},
              .because = {hostile}}},
        .obstacle = hostile,
    };
    for (const std::string& text :
         {render::findings_text(findings, false, {}), render::verdicts_text({verdict}, {})}) {
        CHECK(text.find_first_of("\x1b\r") == std::string::npos);
    }
}
