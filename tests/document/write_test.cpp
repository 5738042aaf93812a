#include "document/write.hpp"

#include <random>

#include <fmt/format.h>

#include "catch.hpp"
#include "document/yaml.hpp"

using namespace pveform;           // NOLINT: a test's own small world
using namespace pveform::document; // NOLINT

namespace {

Node parsed(const std::string& text) {
    auto tree = parse_yaml(std::make_shared<const SourceFile>("written.yaml", text));
    INFO(text);
    REQUIRE(tree);
    return std::move(tree->root);
}

const Node& only_value(const Node& node) {
    return std::get<Map>(node.value).at(0).value;
}

/// What a scalar reads back as, which must be a string.
std::string read_back(const Node& node) {
    const auto& scalar = std::get<Scalar>(node.value);
    CHECK(scalar.type() == ScalarType::string);
    return scalar.text;
}

/// As a value, as a key, in a list and in a map on one line, and as an item with a line of its own.
void check_everywhere(const std::string& text) {
    INFO("text: " << text);
    CHECK(read_back(only_value(parsed("key: " + scalar(text) + "\n"))) == text);

    const Node keyed = parsed("top:\n  " + scalar(text) + ": value\n");
    CHECK(std::get<Map>(only_value(keyed).value).at(0).key == text);

    const Node list = parsed("key: " + flow_list({text, text}) + "\n");
    const auto& items = std::get<List>(only_value(list).value);
    REQUIRE(items.size() == 2);
    CHECK(read_back(items[1]) == text);

    const Node map = parsed(fmt::format("key: {{ a: {}, b: c }}\n", scalar(text, Place::flow)));
    CHECK(read_back(only_value(only_value(map))) == text);

    const Node item = parsed("key:\n  - " + scalar(text) + "\n");
    CHECK(read_back(std::get<List>(only_value(item).value).at(0)) == text);
}

} // namespace

TEST_CASE("texts that look like something else come back as themselves", "[document]") {
    for (const char* text :
         {"",
          "yes",
          "No",
          "y",
          "on",
          "null",
          "~",
          "true",
          "123",
          "0x1F",
          "0o17",
          "1e3",
          ".5",
          "-1",
          "+1",
          "1_000",
          "12:30:45",
          "2027-06-30",
          "never",
          "- item",
          "? key",
          "a: b",
          "a #b",
          "#b",
          "key:",
          "[a",
          "{a",
          "a]",
          "a, b",
          "&anchor",
          "*alias",
          "!tag",
          "%dir",
          "@at",
          "`tick",
          "'single'",
          "\"twice\"",
          "a\\b",
          "two\nlines",
          "tab\there",
          "\r",
          "\x1b[31m",
          " leading",
          "trailing ",
          "...",
          "---",
          "<<",
          "=",
          "|",
          ">",
          "don't",
          "a\"b",
          "http://x/y",
          "x\x7f",
          "1 user",
          "100@pve",
          "\xC2\x85",
          "\xE2\x80\xA8",
          "\xEF\xBB\xBF",
          "\xEF\xBF\xBE",
          "\u202Ertl\u202C",
          "invi\u200Bsible",
          "\U000E0041tag",
          "Größe",
          "日本語",
          "😀",
          "ends with\n",
          "\n",
          "a\n\nb",
          "/vms/100",
          "ann@pve!ci",
          "a:b",
          "1.2.3.4"}) {
        check_everywhere(text);
    }
}

TEST_CASE("ordinary texts go without quotes", "[document]") {
    for (const char* text :
         {"Platform operations", "ann@pve", "ann@pve!ci", "/pool/web", "VM.Audit", "Größe"}) {
        CHECK(scalar(text) == text);
        CHECK(scalar(text, Place::flow) == text);
    }
    CHECK(scalar("Backup appliance, ask Carol") == "Backup appliance, ask Carol");
    CHECK(scalar("Backup appliance, ask Carol", Place::flow) == "\"Backup appliance, ask Carol\"");
}

TEST_CASE("random texts come back as themselves", "[document]") {
    const std::vector<std::string> pieces = {"a",        "Z",
                                             "0",        "9",
                                             " ",        ":",
                                             "#",        ",",
                                             "[",        "]",
                                             "{",        "}",
                                             "'",        "\"",
                                             "\\",       "\n",
                                             "\t",       "-",
                                             "?",        "!",
                                             "&",        "*",
                                             "%",        "@",
                                             "`",        "|",
                                             ">",        "<",
                                             "=",        "~",
                                             "/",        ".",
                                             "_",        "+",
                                             "ü",        "\x01",
                                             "\xC2\x80", "\xE2\x80\xA9",
                                             "😀",        "no"};
    std::mt19937 random(20270630); // NOLINT: the same texts in every run
    std::uniform_int_distribution<std::size_t> any_piece(0, pieces.size() - 1);
    std::uniform_int_distribution<int> any_length(0, 7);
    for (int i = 0; i < 2000; ++i) {
        std::string text;
        for (int length = any_length(random); length > 0; --length) {
            text += pieces[any_piece(random)];
        }
        check_everywhere(text);
    }
}

TEST_CASE("lists that are too long for a line have a line for each item", "[document]") {
    Writer writer;
    writer.open("role");
    writer.strings("short", {"a", "b"});
    writer.strings("none", {});
    writer.strings("long", std::vector<std::string>(12, "VM.Config.Memory"));
    writer.close();
    writer.plain("last", "true");
    const std::string text = std::move(writer).take();
    CHECK(text.starts_with("role:\n  short: [a, b]\n  none: []\n  long:\n    - VM.Config.Memory\n")
    );
    CHECK(text.ends_with("    - VM.Config.Memory\nlast: true\n"));
    CHECK(
        std::get<List>(std::get<Map>(only_value(parsed(text)).value).at(2).value.value).size() == 12
    );
}

TEST_CASE("what has nothing but comments in it is an empty map", "[document]") {
    Writer writer;
    writer.open("outer");
    writer.open("inner");
    writer.comment("nothing to say");
    writer.close();
    writer.open("full");
    writer.plain("key", "true");
    CHECK(
        std::move(writer).take() ==
        "outer:\n  inner: {}\n    # nothing to say\n  full:\n    key: true\n"
    );
}

TEST_CASE(
    "what cannot be seen, or turns the direction of writing, is written as its number", "[document]"
) {
    CHECK(scalar("\u202Ertl") == R"("\u202ertl")");
    CHECK(scalar("a\u200Bb\u00ADc") == R"("a\u200bb\xadc")");
    CHECK(scalar("\U000E0041") == R"("\U000e0041")");
    CHECK(scalar("Gr\u00F6\u00DFe") == "Gr\u00F6\u00DFe");
}

TEST_CASE("a key is as long as it is written", "[document]") {
    std::string unseen;
    for (int i = 0; i < 170; ++i) {
        unseen += "\u202E";
    }
    CHECK_FALSE(fits_key(unseen)); // 510 bytes, but 1020 in escapes
    CHECK(fits_key(unseen.substr(0, 480)));
    check_everywhere(unseen.substr(0, 480));
    CHECK(fits_key(std::string(1000, 'a')));
    CHECK_FALSE(fits_key(std::string(1001, 'a')));
}

TEST_CASE("nothing that a comment says can end it", "[document]") {
    Writer writer;
    writer.comment("one\ntwo\xC2\x85three\xE2\x80\xA8"
                   "four\x1b[31m");
    CHECK(std::move(writer).take() == "# one\\ntwo\\u0085three\\u2028four\\x1b[31m\n");
}
