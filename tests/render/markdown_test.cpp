// Text from elsewhere in Markdown. A reader of somebody else's is in tests/e2e/outputs_test.py.

#include "render/markdown.hpp"

#include "catch.hpp"

#include "base/text.hpp"

using namespace pveform::render; // NOLINT: what is tested

TEST_CASE("a code span holds whatever it is given", "[render]") {
    CHECK(code_span("bob@pve") == "`bob@pve`");
    CHECK(code_span("a`b") == "``a`b``");
    CHECK(code_span("``") == "``` `` ```");
    CHECK(code_span(" x ") == "`  x  `");
    CHECK(code_span("a\nb\x1b[31m") == "`a\\nb\\x1b[31m`");
    CHECK(code_span("\xff") == "`\xEF\xBF\xBD`");
    CHECK(code_span("") == "_empty_");
}

TEST_CASE("a sentence keeps its names and is inert beside them", "[render]") {
    CHECK(sentence("token `a@pve!x` never expires") == "token `a@pve!x` never expires");
    CHECK(
        sentence("if that is meant: `--allow-destroy 6`") == "if that is meant: `--allow-destroy 6`"
    );
    CHECK(sentence("<b> *x* [y](z)") == R"(\<b\> \*x\* \[y\](z))");
    CHECK(sentence("ask @here") == "`ask @here`");
    CHECK(sentence("see #1") == "`see #1`");
    CHECK(sentence("https://evil.example") == "`https://evil.example`");
    CHECK(sentence("www.evil.example") == "`www.evil.example`");
}

TEST_CASE("a name with a backtick cannot end its span", "[render]") {
    CHECK(sentence("user `a`@here` is new") == "``user `a`@here` is new``");
}

TEST_CASE("a block's fence is longer than any in it", "[render]") {
    CHECK(code_block({"a", "```", "b"}, "diff") == "````diff\na\n```\nb\n````\n");
}

TEST_CASE("a marker is a comment that ends where it should", "[render]") {
    CHECK(marker("plan", "prod") == "<!-- pveform:plan:prod -->");
    CHECK(marker("plan", "a--><b>") == "<!-- pveform:plan:a-b- -->");
    CHECK(marker("drift", "https://pve:8006") == "<!-- pveform:drift:https-pve-8006 -->");
}

TEST_CASE("a page never grows beyond what a comment can hold", "[render]") {
    const std::vector<std::string> items(5000, "an item of some length");
    std::string text;
    for (int i = 0; i < 20000; ++i) {
        text += std::string(static_cast<std::size_t>(i % 1500), '`') + "\n";
    }
    Page page("plan", "prod");
    for (const char* title : {"One", "Two", "Three", "Four"}) {
        page.list(title, items);
    }
    page.block("Five", text, "diff");
    page.folded("All", text);
    const std::string written = std::move(page).take();
    CHECK(written.size() < Page::max_bytes);
    CHECK(written.ends_with("</details>\n"));
    CHECK(written.contains("more lines: see the job's log"));
}

TEST_CASE("what is empty has no title", "[render]") {
    Page page("plan", "prod");
    page.list("Nothing", {});
    page.block("Nothing", "\n");
    CHECK_FALSE(std::move(page).take().contains("Nothing"));
}
