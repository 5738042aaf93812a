// Helpers for text that people read, and for text that comes from elsewhere.

#include "base/text.hpp"

#include <cstdint>

#include "base/source.hpp"
#include "catch.hpp"

using namespace pveform; // NOLINT: what is tested

TEST_CASE("the closest match is what was most likely meant", "[base]") {
    const std::vector<std::string> roles = {"PVEAdmin", "PVEAuditor", "PVEVMUser"};
    CHECK(closest_match("PVEAudtor", roles) == "PVEAuditor");  // left out
    CHECK(closest_match("pveauditor", roles) == "PVEAuditor"); // case
    CHECK(closest_match("PVEVMUesr", roles) == "PVEVMUser");   // swapped
    CHECK(closest_match("PVEAdmins", roles) == "PVEAdmin");    // too many
    CHECK_FALSE(closest_match("Something", roles));
    CHECK_FALSE(closest_match("x", {}));
    CHECK(closest_match("a", {"b"}) == "b");
}

TEST_CASE("counted words have the right ending", "[base]") {
    CHECK(plural(1, "user") == "1 user");
    CHECK(plural(2, "user") == "2 users");
    CHECK(plural(0, "entry") == "0 entries");
    CHECK(plural(2, "key") == "2 keys");
}

TEST_CASE("splitting leaves out empty parts", "[base]") {
    CHECK(split("a,b;;c,", ",;") == std::vector<std::string>{"a", "b", "c"});
    CHECK(split("", ",").empty());
    CHECK(split(",,", ",").empty());
    CHECK(split("abc", ",") == std::vector<std::string>{"abc"});
    CHECK(join({"a", "b"}, ", ") == "a, b");
    CHECK(join({}, ", ").empty());
}

TEST_CASE("trimming takes the ends only", "[base]") {
    CHECK(trim("  a b \n") == "a b");
    CHECK(trim(" \t\r\n").empty());
    CHECK(trim("xxaxx", "x") == "a");
}

TEST_CASE("text from elsewhere cannot steer a terminal", "[base]") {
    CHECK(printable("plain äöü 漢字") == "plain äöü 漢字");
    CHECK(printable("a\nb\tc") == "a\\nb\\tc");
    CHECK(printable("\x1b[31mred\x7f") == "[31mred");
    CHECK(
        printable("a\xC2\x9B"
                  "31mb") == "a31mb"
    ); // CSI as one character
    CHECK(printable(std::string_view("a\0b", 3)) == "ab");
}

TEST_CASE("UTF-8 is told from what only looks like it", "[base]") {
    CHECK(is_utf8(""));
    CHECK(is_utf8("äöü 漢字 🙂"));
    CHECK(is_utf8("\xF4\x8F\xBF\xBF"));
    for (const char* text :
         {"\x80",
          "\xC3",
          "\xC3(",
          "\xC0\x80",         // overlong
          "\xE0\x80\x80",     // overlong
          "\xED\xA0\x80",     // surrogate
          "\xF0\x80\x80\x80", // overlong
          "\xF4\x90\x80\x80", // beyond Unicode
          "\xF8\x88\x80\x80\x80",
          "\xE6\xBC"}) {
        CHECK_FALSE(is_utf8(text));
    }
}

TEST_CASE("width counts characters, not bytes", "[base]") {
    CHECK(display_width("abc") == 3);
    CHECK(display_width("äöü") == 3);
    CHECK(display_width("") == 0);
}

TEST_CASE("an integer is the whole text", "[base]") {
    CHECK(parse_integer<int>("42") == 42);
    CHECK(parse_integer<int>("-7") == -7);
    CHECK(parse_integer<std::int64_t>("9007199254740992") == 9007199254740992);
    for (const char* text : {"", "4 2", "42x", " 42", "+42", "0x10", "99999999999"}) {
        INFO(text);
        CHECK_FALSE(parse_integer<int>(text));
    }
    CHECK_FALSE(parse_integer<std::uint8_t>("256"));
    CHECK_FALSE(parse_integer<unsigned>("-1"));
}

TEST_CASE("a source knows its lines", "[base]") {
    const SourceFile source("a.yaml", "one\r\ntwo\n\nfour");
    CHECK(source.line(1) == "one");
    CHECK(source.line(2) == "two");
    CHECK(source.line(3).empty());
    CHECK(source.line(4) == "four");
    CHECK(source.line(0).empty());
    CHECK(source.line(5).empty());
    CHECK(SourceFile("empty", "").line(1).empty());
}

TEST_CASE("a place is named by file and line", "[base]") {
    CHECK(Span().file_and_line().empty());
    CHECK_FALSE(Span());
    const auto file = std::make_shared<const SourceFile>("a.yaml", "x");
    CHECK(Span{file, 3, 1, 1}.file_and_line() == "a.yaml:3");
}
