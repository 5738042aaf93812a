// What test reports, scanners and annotations are told, and what of it is the same in every run.

#include "render/observations.hpp"

#include <set>

#include "catch.hpp"

#include "render/annotations.hpp"
#include "render/codequality.hpp"
#include "render/junit.hpp"
#include "render/sarif.hpp"

using namespace pveform; // NOLINT: a test's own small world
using render::CaseOutcome;
using render::Level;

namespace {

const auto file = std::make_shared<const SourceFile>("a,b/users.yaml", "\n\n\n");

render::Observation observation(Level level, const std::string& text) {
    return {
        .suite = "policy",
        .rule = "hidden-entry",
        .subject = text,
        .level = level,
        .outcome = level == Level::error ? CaseOutcome::failed : CaseOutcome::passed,
        .message = text,
        .help = "mend: it",
        .span = {file, 2, 3, 1},
    };
}

render::ScanContext scan() {
    return {
        .version = "1",
        .command = "plan",
        .cluster = "prod",
        .names = {.working_folder = "/srv/repo", .root = {}},
    };
}

} // namespace

TEST_CASE("fingerprints tell findings apart, and are the same in every run", "[render]") {
    const render::Observations all = {
        observation(Level::error, "a"),
        observation(Level::error, "a"),
        observation(Level::error, "b"),
    };
    const auto prints = render::fingerprints_of(all);
    CHECK(std::set(prints.begin(), prints.end()).size() == 3);
    CHECK(prints == render::fingerprints_of(all));
    auto moved = all;
    moved[0].span = {};
    moved[0].message = "in other words";
    CHECK(prints == render::fingerprints_of(moved));
}

TEST_CASE("an annotation is one line, whatever it says", "[render]") {
    const std::string text =
        render::annotations({observation(Level::error, "50%\n::set-output name=x::y")}, {"/w", {}});
    CHECK(
        text == "::error file=a%2Cb/users.yaml,line=2,col=3,title=pveform%3A hidden-entry::"
                "50%25\\n::set-output name=x::y%0Ahelp: mend: it\n"
    );
}

TEST_CASE("GitHub gets no more annotations than it shows", "[render]") {
    const render::Observations all(30, observation(Level::warning, "x"));
    const std::string text = render::annotations(all, {"/w", {}});
    CHECK(std::count(text.begin(), text.end(), '\n') == 10);
}

TEST_CASE("what no document speaks of is shown where the first begins", "[render]") {
    render::Observation one = observation(Level::warning, "x");
    one.span = {};
    render::ScanContext context = scan();
    CHECK(render::sarif({one}, context).contains("\"locations\": []"));
    CHECK(render::codequality({one}, context) == "[]\n");
    context.fallback = {file, 1, 1, 0};
    CHECK(render::sarif({one}, context).contains("\"uri\": \"a%2Cb/users.yaml\""));
    CHECK(render::codequality({one}, context).contains("\"path\": \"a,b/users.yaml\""));
}

TEST_CASE("names are relative to the root where the file is below it", "[render]") {
    const Span span{file, 1, 1, 0};
    CHECK(render::SourceNames{"/repo/access", "/repo"}.name_of(span) == "access/a,b/users.yaml");
    CHECK(render::SourceNames{"/repo/access", {}}.name_of(span) == "a,b/users.yaml");
    CHECK(render::SourceNames{"/other", "/repo"}.name_of(span) == "/other/a,b/users.yaml");
    CHECK(render::SourceNames{"/other", "/repo"}.uri_of(span) == "file:///other/a%2Cb/users.yaml");
}

TEST_CASE("a test report is of XML's characters alone", "[render]") {
    const std::string text = render::junit(
        {observation(Level::error, "\x1b<a>&\"'\xEF\xBF\xBE\xff]]>##[x]\n")}, "pveform <x>"
    );
    CHECK(text.contains("name=\"pveform &lt;x&gt;\""));
    CHECK(text.contains("\\x1b&lt;a&gt;&amp;&quot;'\\ufffe\xEF\xBF\xBD]]&gt;&#35;&#35;[x]\\n"));
}
