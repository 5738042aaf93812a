// Helpers for text that people read.

#include "base/text.hpp"

#include <string>
#include <vector>

#include "catch.hpp"

using namespace pveform; // NOLINT: the test speaks of nothing else

TEST_CASE("the closest match is what was most likely meant", "[base]") {
    const std::vector<std::string> roles = {"PVEAdmin", "PVEAuditor", "PVEVMUser", "NoAccess"};
    CHECK(closest_match("PVEAudtor", roles) == "PVEAuditor");   // a letter is missing
    CHECK(closest_match("PVEAuditors", roles) == "PVEAuditor"); // one too many
    CHECK(closest_match("PVEAuidtor", roles) == "PVEAuditor");  // two are swapped
    CHECK(closest_match("pveauditor", roles) == "PVEAuditor");  // another case
    CHECK(closest_match("PVEVMAdmin", roles) == "PVEAdmin");
    CHECK_FALSE(closest_match("Deployer", roles));
    CHECK_FALSE(closest_match("", roles));
    CHECK_FALSE(closest_match("PVEAdmin", {}));
}

TEST_CASE("a short word needs a near match", "[base]") {
    CHECK(closest_match("ac", {"acl"}) == "acl");
    CHECK_FALSE(closest_match("ab", {"xyz"}));
}

TEST_CASE("a count has its word in the right number", "[base]") {
    CHECK(plural(0, "user") == "0 users");
    CHECK(plural(1, "user") == "1 user");
    CHECK(plural(2, "ACL entry") == "2 ACL entries");
    CHECK(plural(1, "ACL entry") == "1 ACL entry");
    CHECK(plural(2, "key") == "2 keys");
}

TEST_CASE("split leaves empty parts out", "[base]") {
    CHECK(split("a,b;c", ",;") == std::vector<std::string>{"a", "b", "c"});
    CHECK(split(",,a,,b,", ",") == std::vector<std::string>{"a", "b"});
    CHECK(split("", ",").empty());
    CHECK(split(",", ",").empty());
    CHECK(join(split("a/b//c", "/"), "/") == "a/b/c");
    CHECK(join({}, ", ").empty());
}

TEST_CASE("trim takes from both ends and from nowhere else", "[base]") {
    CHECK(trim("  a b\r\n") == "a b");
    CHECK(trim(" \t").empty());
    CHECK(trim("xxaxbxx", "x") == "axb");
}

TEST_CASE("nothing that is shown can steer a terminal", "[base]") {
    CHECK(printable("plain täxt ☃") == "plain täxt ☃");
    CHECK(printable("a\nb\tc") == "a\\nb\\tc");
    CHECK(printable("\x1b[31mred\x07") == "\\x1b[31mred\\x07");
    CHECK(
        printable("a\x7f"
                  "b\rc") == "a\\x7fb\\rc"
    );
    CHECK(
        printable("a\xc2\x9b"
                  "31m") == "a\\u009b31m"
    );                                          // CSI as one character
    CHECK(printable("\xc2\xa9") == "\xc2\xa9"); // ©: not a control character
    CHECK(printable(std::string("a\0b", 3)) == "a\\x00b");
}

TEST_CASE("nothing that is shown can deceive the eye", "[base]") {
    CHECK(printable("x\u202Egro.live\u202C@pve") == "x\\u202egro.live\\u202c@pve");
    CHECK(printable("\u2066a\u2069\u200E\u200F\u061C") == "\\u2066a\\u2069\\u200e\\u200f\\u061c");
    CHECK(printable("a\u200Bb\u200Dc\u2060d\uFEFF") == "a\\u200bb\\u200dc\\u2060d\\ufeff");
    CHECK(printable("a\u2028b\u2029c\u00ADd") == "a\\u2028b\\u2029c\\u00add");
    CHECK(printable("\U000E0041") == "\\U000e0041");
    CHECK(printable("\xE2\x80") == "\xE2\x80"); // half of one
}

TEST_CASE("UTF-8 is well-formed or it is none", "[base]") {
    for (const std::string text : {"", "abc", "ä", "☃", "😀", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"}) {
        CAPTURE(text);
        CHECK(is_utf8(text));
    }
    for (const std::string text :
         {"\x80",
          "\xc3",
          "\xc0\xaf",
          "\xe0\x80\xaf",
          "\xed\xa0\x80",
          "\xf4\x90\x80\x80",
          "\xf0\x80\x80\xaf",
          "\xff",
          "a\xe2\x98",
          "\xe2\x28\xa1"}) {
        CHECK_FALSE(is_utf8(text));
    }
}

TEST_CASE("the width of a text is in characters, not bytes", "[base]") {
    CHECK(display_width("abc") == 3);
    CHECK(display_width("ä☃") == 2);
}

TEST_CASE("an integer is the whole text", "[base]") {
    CHECK(parse_integer<int>("42") == 42);
    CHECK(parse_integer<int>("-1") == -1);
    CHECK(parse_integer<unsigned>("0") == 0U);
    for (const std::string text : {"", " 1", "1 ", "1x", "0x1", "1.0", "99999999999999999999"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_integer<int>(text));
    }
    CHECK_FALSE(parse_integer<unsigned>("-1"));
}
