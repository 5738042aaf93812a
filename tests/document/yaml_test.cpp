#include "document/yaml.hpp"

#include <random>

#include <fmt/format.h>

#include "catch.hpp"

using namespace pveform;
using namespace pveform::document;

namespace {

Collected<Tree> parsed(const std::string& text) {
    return parse_yaml(std::make_shared<const SourceFile>("d.yaml", text));
}

Errors errors_of(const Collected<Tree>& tree) {
    return tree ? tree->errors : tree.error();
}

Tree good(const std::string& text) {
    auto tree = parsed(text);
    const Errors errors = errors_of(tree);
    if (!errors.empty()) {
        FAIL(errors.front().message);
    }
    return std::move(*tree);
}

/// `line:column+length` of a place.
std::string place(const Span& span) {
    return span ? fmt::format("{}:{}+{}", span.line, span.column, span.length) : "nowhere";
}

const Map& map_of(const Node& node) {
    return std::get<Map>(node.value);
}

const List& list_of(const Node& node) {
    return std::get<List>(node.value);
}

const Node& at(const Node& node, std::string_view key) {
    for (const Entry& entry : map_of(node)) {
        if (entry.key == key) {
            return entry.value;
        }
    }
    FAIL("no key " << key);
    return node;
}

std::string text_of(const Node& node) {
    return std::get<Scalar>(node.value).text;
}

/// The only error of a text: its place and message.
std::string complaint(const std::string& text) {
    const Errors errors = errors_of(parsed(text));
    if (errors.empty()) {
        return "(none)";
    }
    CHECK(errors.size() == 1);
    const Error& error = errors.front();
    return fmt::format("{}:{} {}", error.span.line, error.span.column, error.message);
}

} // namespace

TEST_CASE("every key and value knows its place", "[yaml]") {
    const Tree tree = good("users:\n"
                           "  ä@pve: { comment: \"a \\\" b\" } # note\n"
                           "  list:\n"
                           "    - one\n"
                           "    - 'two ''2'''\n");
    const Map& root = map_of(tree.root);
    CHECK(place(root[0].key_span) == "1:1+5");
    const Map& users = map_of(root[0].value);
    CHECK(place(users[0].key_span) == "2:3+6"); // columns count bytes
    CHECK(place(at(users[0].value, "comment").span) == "2:22+8");
    CHECK(text_of(at(users[0].value, "comment")) == "a \" b");
    const List& list = list_of(users[1].value);
    CHECK(place(list[0].span) == "4:7+3");
    CHECK(place(list[1].span) == "5:7+11");
    CHECK(text_of(list[1]) == "two '2'");
}

TEST_CASE("values of several lines are marked in their first", "[yaml]") {
    const Tree tree = good("block: |\n  one\n  two\nplain: one\n  two\nquoted: \"one\n  two\"\n");
    CHECK(place(at(tree.root, "block").span) == "1:8+1");
    CHECK(text_of(at(tree.root, "block")) == "one\ntwo\n");
    CHECK(place(at(tree.root, "plain").span) == "4:8+3");
    CHECK(place(at(tree.root, "quoted").span) == "6:9+4");
}

TEST_CASE("block text without an end of its last line has none", "[yaml]") {
    const auto text_at_end = [](const std::string& text) {
        return text_of(at(good(text).root, "a"));
    };
    const auto* header = GENERATE("|", "|-", "|+", ">", ">-", ">+");
    CAPTURE(header);
    CHECK(text_at_end(fmt::format("a: {}\n  text", header)) == "text");
    CHECK(text_at_end(fmt::format("a: {}", header)).empty());
    CHECK(text_at_end("a: |\n  text\n") == "text\n");
}

TEST_CASE("a value behind an anchor is marked, not the anchor", "[yaml]") {
    const Tree tree = good("a: &x 12\nb: &y # note\n  \"text\"\nc: *x\n");
    CHECK(place(at(tree.root, "a").span) == "1:7+2");
    CHECK(place(at(tree.root, "b").span) == "3:3+6");
    CHECK(place(at(tree.root, "c").span) == "1:7+2"); // where it was written
    CHECK(text_of(at(tree.root, "c")) == "12");
}

TEST_CASE("a value that is not written has no place", "[yaml]") {
    const Tree tree = good("a:\nb: ~\nc: []\n");
    CHECK(place(at(tree.root, "a").span) == "nowhere");
    CHECK(std::get<Scalar>(at(tree.root, "a").value).type() == ScalarType::null);
    CHECK(std::get<Scalar>(at(tree.root, "b").value).type() == ScalarType::null);
    CHECK(list_of(at(tree.root, "c")).empty());
}

TEST_CASE("line ends may be those of DOS", "[yaml]") {
    const Tree tree = good("a: 1\r\nb: x\r\n");
    CHECK(place(at(tree.root, "b").span) == "2:4+1");
    CHECK(text_of(at(tree.root, "b")) == "x");
}

TEST_CASE("a text with nothing in it is an empty map", "[yaml]") {
    const auto* text = GENERATE("", "# note\n", "\n\n");
    CHECK(map_of(good(text).root).empty());
}

TEST_CASE("quotes decide about the type", "[yaml]") {
    const Tree tree = good("a: true\nb: 'true'\nc: ! true\n");
    CHECK(std::get<Scalar>(at(tree.root, "a").value).plain);
    CHECK_FALSE(std::get<Scalar>(at(tree.root, "b").value).plain);
    CHECK_FALSE(std::get<Scalar>(at(tree.root, "c").value).plain);
}

TEST_CASE("a second document is refused", "[yaml]") {
    CHECK(complaint("a: 1\n---\nb: 2\n") == "2:1 a second YAML document begins here");
    CHECK(complaint("a: 1\n---\n") == "2:1 a second YAML document begins here");
    CHECK(complaint("a: 1\n...\nb: 2\n") == "3:1 text behind the end of the document");
    CHECK(complaint("--- \na: 1\n...\n") == "(none)");
}

TEST_CASE("bytes that are no text are refused", "[yaml]") {
    CHECK(complaint("a: 1\nb: \xC3(\n") == "2:1 this line is not UTF-8");
    CHECK(complaint("a: \xED\xA0\x80\n") == "1:1 this line is not UTF-8");
    CHECK(complaint("a: x\x04\nb: 2\n") == "1:5 a control character (0x04)");
    CHECK(complaint("a: \x1b[1m\n") == "1:4 a control character (0x1B)");
    CHECK(complaint(std::string("a: \0\n", 5)) == "1:4 a control character (0x00)");
    CHECK(complaint("a: x\ry\n") == "1:5 a control character (0x0D)");
    CHECK(complaint("a: \xC2\x85\n") == "1:4 a control character (0xC2)");
}

TEST_CASE("escapes give what they say, but no half characters", "[yaml]") {
    CHECK(text_of(at(good("a: \"\\u00e4\\x41\\t\"\n").root, "a")) == "äA\t");
    CHECK(complaint("a: \"\\ud800\"\n") == "1:5 `\\ud800` is half of a character");
}

TEST_CASE("a key that is written twice names both places", "[yaml]") {
    const Errors errors = errors_of(parsed("a: 1\nb: { x: 1, y: 2, x: 3 }\na: 2\n"));
    REQUIRE(errors.size() == 2);
    CHECK(place(errors[0].span) == "2:18+1");
    CHECK(place(errors[0].related.at(0).span) == "2:6+1");
    CHECK(place(errors[1].span) == "3:1+1");
    CHECK(place(errors[1].related.at(0).span) == "1:1+1");
}

TEST_CASE("mistakes that do not end the reading are reported together", "[yaml]") {
    const auto tree = parsed("a: !x 1\n<<: {}\nb: 1\nb: 2\n[c]: 1\n");
    REQUIRE(tree);
    CHECK(tree->errors.size() == 4);
    CHECK(map_of(tree->root).size() == 2);
}

TEST_CASE("aliases expand to so many values only", "[yaml]") {
    std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 9; ++i) {
        bomb += fmt::format("a{0}: &a{0} [*a{1}, *a{1}, *a{1}, *a{1}]\n", i, i - 1);
    }
    CHECK_THAT(complaint(bomb), ContainsSubstring("aliases expand to more than 10000 values"));
    std::string shared = "a: &a [x, x, x]\nb:\n";
    for (int i = 0; i < 2499; ++i) {
        shared += "  - *a\n";
    }
    CHECK(list_of(at(good(shared).root, "b")).size() == 2499);
}

TEST_CASE("aliases do not nest deeper than values may", "[yaml]") {
    const std::string open(20, '[');
    const std::string close(20, ']');
    CHECK_THAT(
        complaint("a: &a " + open + close + "\nb: " + open + "*a" + close + "\n"),
        ContainsSubstring("nested deeper than 32 levels")
    );
}

TEST_CASE("thirty-two levels are read, thirty-three are not", "[yaml]") {
    CHECK(complaint(std::string(32, '[') + std::string(32, ']')) == "(none)");
    CHECK_THAT(
        complaint(std::string(33, '[') + std::string(33, ']')),
        ContainsSubstring("nested deeper than 32 levels")
    );
    CHECK_THAT(complaint(std::string(1U << 19U, '[')), ContainsSubstring("nested deeper"));
}

TEST_CASE("many keys are read in time", "[yaml]") {
    std::string text;
    for (int i = 0; i < 50'000; ++i) {
        text += fmt::format("key{}: {}\n", i, i);
    }
    CHECK(map_of(good(text).root).size() == 50'000);
}

TEST_CASE("no damage to a document does harm", "[yaml]") {
    const std::string whole =
        "version: 1\nusers: &u\n  \"a@pve\": { comment: 'x', groups: [a, b] }\n"
        "  b@pve:\n    acl:\n      - { path: /, role: R } # note\n"
        "x: |\n  text\ny: *u\n";
    std::mt19937 random(20); // NOLINT(*-msc51-cpp)
    const std::string_view characters = "\"'{}[]:,&*!|>#-?%@` \n\t\x04\xC3~<=ab1";
    std::size_t refused = 0;
    for (int round = 0; round < 3000; ++round) {
        std::string text = whole;
        for (int i = 0; i < 3; ++i) {
            const std::size_t where = random() % text.size();
            const char what = characters[random() % characters.size()];
            switch (random() % 3) {
            case 0:
                text[where] = what;
                break;
            case 1:
                text.insert(where, 1, what);
                break;
            default:
                text.erase(where, 1 + random() % 10);
            }
        }
        const auto tree = parsed(text);
        refused += tree ? 0U : 1U;
        if (!tree) {
            CHECK_FALSE(tree.error().empty());
            CHECK(tree.error().front().span);
        }
    }
    CHECK(refused > 500);
}

TEST_CASE("a tab in the indentation is reported where it stands", "[yaml]") {
    CHECK(complaint("users:\n  a@pve:\n\tcomment: x\n") == "3:1 a tab in the indentation");
    CHECK(complaint("users:\n  a@pve:\n  \tcomment: x\n") == "3:3 a tab in the indentation");
}
