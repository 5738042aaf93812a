// The loader against tests/documents; tests/schema_test.py holds the JSON Schema against the same.
#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include <fmt/format.h>

#include "base/text.hpp"
#include "desired/reading.hpp"

using namespace pveform;
using namespace pveform::test;

namespace {

std::vector<std::string> cases_in(const std::string& name) {
    std::ifstream stream(PVEFORM_SOURCE_DIR "/tests/documents/" + name);
    REQUIRE(stream);
    std::vector<std::string> cases(1);
    for (std::string line; std::getline(stream, line);) {
        if (line == "---") {
            cases.emplace_back();
        } else {
            cases.back() += line + "\n";
        }
    }
    return cases;
}

/// Errors of the text, which need not be YAML. `version: 1` counts as written.
Errors errors_of(const std::string& text) {
    auto parsed = document::parse_yaml(std::make_shared<const SourceFile>("document.yaml", text));
    if (!parsed) {
        return parsed.error();
    }
    const auto document =
        desired::parse({tree("version.yaml", "version: 1\n"), std::move(*parsed)});
    return document ? Errors() : document.error();
}

struct Expected {
    std::size_t line;
    std::string text;
};

/// What the comments `# error: TEXT` announce.
std::vector<Expected> expected_in(const std::string& text) {
    static constexpr std::string_view mark = "# error: ";
    std::vector<Expected> expected;
    std::istringstream stream(text);
    std::size_t number = 0;
    for (std::string line; std::getline(stream, line);) {
        ++number;
        for (std::size_t at = line.find(mark); at != std::string::npos;) {
            const std::size_t begin = at + mark.size();
            at = line.find(mark, begin);
            const std::string words = line.substr(begin, at - begin);
            expected.push_back({number, std::string(trim(words))});
        }
    }
    return expected;
}

void check_against_comments(const std::string& text) {
    Errors errors = errors_of(text);
    INFO(text << render::diagnostics(errors, {}));
    for (const Expected& one : expected_in(text)) {
        const auto found = std::ranges::find_if(errors, [&one](const Error& error) {
            return error.span.line == one.line && error.message.contains(one.text);
        });
        CAPTURE(one.line, one.text);
        CHECK(found != errors.end());
        if (found != errors.end()) {
            errors.erase(found);
        }
    }
    INFO("not announced: " << render::diagnostics(errors, {}));
    CHECK(errors.empty());
}

} // namespace

TEST_CASE("good documents are taken", "[desired]") {
    const auto cases = cases_in("good.yaml");
    for (const std::string& text : cases) {
        const Errors errors = errors_of(text);
        INFO(text << render::diagnostics(errors, {}));
        CHECK(errors.empty());
    }
    CHECK(cases.size() >= 10);
}

TEST_CASE("every mistake of a document is reported where it stands", "[desired]") {
    const auto* file = GENERATE("bad.yaml", "refused.yaml", "broken.yaml");
    CAPTURE(file);
    const auto cases = cases_in(file);
    for (const std::string& text : cases) {
        REQUIRE_FALSE(expected_in(text).empty());
        check_against_comments(text);
    }
    CHECK(cases.size() >= 10);
}
