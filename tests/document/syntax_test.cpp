// What is said of a text that is no YAML: where the mistake is, and how to mend it.
#include <fmt/format.h>

#include "catch.hpp"
#include "document/brackets.hpp"
#include "document/yaml.hpp"

using namespace pveform;
using namespace pveform::document;

namespace {

Error error_of(const std::string& text) {
    const auto tree = parse_yaml(std::make_shared<const SourceFile>("d.yaml", text));
    INFO(text);
    REQUIRE_FALSE(tree);
    REQUIRE(tree.error().size() == 1);
    return tree.error().front();
}

/// `line:column message (help)`.
std::string said(const std::string& text) {
    const Error error = error_of(text);
    return fmt::format(
        "{}:{} {} ({})", error.span.line, error.span.column, error.message, error.help
    );
}

/// The bracket around the first `^`, as `[1` with its offset, and `+` where it is closed.
std::string around(const std::string& text) {
    const auto open = bracket_around(text, text.find('^'));
    return open ? fmt::format("{}{}{}", open->opening, open->offset, open->is_closed ? "+" : "")
                : "none";
}

} // namespace

TEST_CASE("a bracket that closes another names that one", "[yaml]") {
    CHECK(
        said("version: 1\nusers: { a@pve: { groups: [a, b } }\n") ==
        "2:33 a `}` here, but `[` was opened at 2:27 (write the `]` that is missing before it)"
    );
    CHECK(
        said("a: [x,\n  \"]\", # ]\n  y }\n") ==
        "3:5 a `}` here, but `[` was opened at 1:4 (write the `]` that is missing before it)"
    );
    CHECK_THAT(
        said("users: ]\n"), ContainsSubstring("1:8 nothing is open that `]` could close (leave it")
    );
}

TEST_CASE("a bracket that is never closed is marked itself", "[yaml]") {
    CHECK(
        said("version: 1\nusers: { a@pve: { groups: [a, b\n") ==
        "2:27 this `[` is never closed (write `]` where it ends; it cannot go on as it does at 3:1)"
    );
    CHECK_THAT(
        said("acl:\n  - { path: /vms, role: R\n  - { path: /, role: R }\n"),
        ContainsSubstring("2:5 this `{` is never closed")
    );
}

TEST_CASE("what is not finished in a last line without an end is explained as well", "[yaml]") {
    CHECK_THAT(
        said("version: 1\ncluster: { name: \"prod"),
        ContainsSubstring("2:18 this quote is never closed")
    );
    CHECK_THAT(
        said("version: 1\ncluster: { name:"), ContainsSubstring("2:10 this `{` is never closed")
    );
    for (const std::string text :
         {"a: \"x",
          "a: 'it''",
          "a: \"x\\",
          "\"a",
          "a: \"x\r",
          "{a",
          "{a:",
          "{\"a\":",
          "a: [",
          "a: [b",
          "a: [b,",
          "a: x:",
          "a: *",
          "a: b\n---"}) {
        CAPTURE(text);
        CHECK(said(text) == said(text + "\n"));
        CHECK_THAT(said(text), !ContainsSubstring("unknown token") && !ContainsSubstring("EOF"));
    }
    const std::string secret = said("users: { a@pve: { initial_password: \"hunter2");
    CHECK_THAT(secret, !ContainsSubstring("hunter2"));
}

TEST_CASE("between brackets that are closed a comma is missing", "[yaml]") {
    CHECK_THAT(said("x: [ {a: b} {a: c} ]\n"), ContainsSubstring("1:13 a `,` or `]` is missing"));
    CHECK_THAT(said("x: { a: b c: d }\n"), ContainsSubstring("1:12 a `,` or `}` is missing"));
}

TEST_CASE("a key without a blank behind it is marked, not the line below", "[yaml]") {
    CHECK_THAT(said("version:1\nusers: {}\n"), ContainsSubstring("1:8 no blank behind `version:`"));
    CHECK_THAT(
        said("users:\n  a@pve:{}\n\n  # note\n  b@pve: {}\n"),
        ContainsSubstring("2:8 no blank behind `a@pve:` (put a blank behind `:`")
    );
    CHECK_THAT(
        said("users:\n  a@pve:{}\n  b@pve: {}\n"), ContainsSubstring("2:8 no blank behind `a@pve:`")
    );
    CHECK_THAT(
        said("a: |\n  x:y\nb: c: d\n"), ContainsSubstring("3:5 a `:` where no key can stand")
    );
    CHECK_THAT(
        said("- https://x\n  b: c\n"), ContainsSubstring("2:4 a `:` where no key can stand")
    );
    const std::string secret = said("password:hunter2\nusers: {}\n");
    CHECK_THAT(secret, ContainsSubstring("a password must not stand in a document"));
    CHECK_THAT(secret, !ContainsSubstring("hunter2"));
}

TEST_CASE("an escape that is none says what to write", "[yaml]") {
    CHECK(
        said(R"(a: "x \ud83d\ude00")") == R"(1:7 `\ud83d` is half of a character )"
                                          R"((write the character itself, or `\U0001f600`))"
    );
    CHECK_THAT(said(R"(a: "\ude00 x")"), ContainsSubstring("such as `\\U0001f600`"));
    CHECK_THAT(said(R"(a: "\U00110000")"), ContainsSubstring("1:5 `\\U00110000` is no character"));
    CHECK_THAT(said(R"(a: "x \q")"), ContainsSubstring("1:7 `\\q` is no escape (write `\\\\`"));
    CHECK_THAT(said("a: \"\\\u00E4\""), ContainsSubstring("1:5 `\\\u00E4` is no escape"));
    CHECK_THAT(said(R"(a: "\u12 x")"), ContainsSubstring("has too few digits"));
}

TEST_CASE("an item beside its key is sent to the next line", "[yaml]") {
    CHECK_THAT(said("a: - b\n"), ContainsSubstring("1:4 a `- ` where no item can stand (begin"));
}

TEST_CASE("brackets in texts and comments are none", "[yaml]") {
    CHECK(around("a: [ ^ ]") == "[3+");
    CHECK(around("a: { b: [x], c: ^") == "{3");
    CHECK(around("a: x[y ^") == "none");
    CHECK(around("a: \"[\" # [\nb: 'it''s [' ^") == "none");
    CHECK(around("a: [don't, \"]\", ^]") == "[3+");
    CHECK(around("a: &x !y [ ^") == "[9");
    CHECK(around("- [ ^") == "[2");
    CHECK(around("a: [ ^ }") == "[3");
    CHECK(around("a: |\n  [x\n\n  {y\nb: ^") == "none");
    CHECK(around("- a: |\n    [x\n  b: [^") == "[19");
    CHECK(around("- |\n  [x\n- [^") == "[11");
    CHECK(around("{ \"a\":[^] }") == "[6+");
}
