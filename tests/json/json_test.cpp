// JSON in and out.

#include <cstdint>
#include <limits>
#include <string>

#include "catch.hpp"
#include "json/read.hpp"
#include "json/write.hpp"

using pveform::json::Array;
using pveform::json::dump;
using pveform::json::Object;
using pveform::json::parse;
using pveform::json::Style;
using pveform::json::Value;

TEST_CASE("values keep their types", "[json]") {
    const auto value =
        parse(R"({"n":null,"b":true,"i":-7,"u":18446744073709551615,"d":0.5,"s":"x"})");
    REQUIRE(value);
    CHECK(value->find("n")->is_null());
    CHECK(*value->find("b")->as_bool());
    CHECK(*value->find("i")->as_int() == -7);
    CHECK(*value->find("u")->as_uint() == std::numeric_limits<std::uint64_t>::max());
    CHECK(*value->find("d")->as_double() == 0.5);
    CHECK(*value->find("s")->as_string() == "x");
    CHECK(value->find("i")->as_string() == nullptr);
    CHECK(value->find("s")->as_int() == nullptr);
    CHECK(value->find("absent") == nullptr);
}

TEST_CASE("what is no JSON is refused, wherever the mistake is", "[json]") {
    for (const std::string text :
         {"",
          " ",
          "{",
          "[1,]",
          R"({"a":1,})",
          R"({"a" 1})",
          "nul",
          "01",
          "'a'",
          "{} {}",
          "[1] x",
          R"({"data":[1,2,3],"broken":tru})",
          "\"\xff\"",
          "\"a\nb\""}) {
        CAPTURE(text);
        const auto value = parse(text);
        REQUIRE_FALSE(value);
        CHECK_FALSE(value.error().empty());
    }
}

TEST_CASE("depth has a limit", "[json]") {
    CHECK(parse(std::string(60, '[') + std::string(60, ']')));
    CHECK_FALSE(parse(std::string(100'000, '[')));
    CHECK_FALSE(parse(std::string(100, '[') + std::string(100, ']')));
}

TEST_CASE("of a repeated key the last counts", "[json]") {
    CHECK(*parse(R"({"a":1,"a":2})")->find("a")->as_int() == 2);
}

TEST_CASE("what was written is read again as it was", "[json]") {
    const Value value = Object{
        {"z first", Array{1, "zwei ☃", nullptr, false}},
        {"a second", Object{{"big", std::numeric_limits<std::uint64_t>::max()}}},
        {"text", "line\nbreak \"quoted\" \\ \x01"},
    };
    CHECK(parse(dump(value)) == value);
    CHECK(parse(dump(value, Style::indented)) == value);
}

TEST_CASE("the order of members is kept", "[json]") {
    CHECK(dump(Object{{"b", 1}, {"a", 2}}) == R"({"b":1,"a":2})");
    CHECK(dump(Object{{"a", Array()}}, Style::indented) == "{\n  \"a\": []\n}");
}

TEST_CASE("bytes that are no UTF-8 do not stop the writing", "[json]") {
    CHECK(dump(Value(std::string("a\xff"))) == "\"a\xef\xbf\xbd\"");
}

TEST_CASE("a member is replaced or added", "[json]") {
    Value value;
    value.set("a", 1);
    value.set("b", 2);
    value.set("a", 3);
    CHECK(dump(value) == R"({"a":3,"b":2})");
}

TEST_CASE("wiping empties every text of a tree", "[json]") {
    Value value = Object{{"a", "secret"}, {"b", Array{"secret", Object{{"c", "secret"}}}}};
    wipe(value);
    CHECK(dump(value).find("secret") == std::string::npos);
}
