// JSON read and written: what goes through both comes out with the same meaning.

#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "catch.hpp"
#include "json/read.hpp"
#include "json/value.hpp"
#include "json/write.hpp"

namespace json = pveform::json;

namespace {

json::Value parsed(std::string_view text) {
    auto value = json::parse(text);
    if (!value) {
        FAIL(value.error());
    }
    return std::move(*value);
}

json::Value random_value(std::mt19937& random, int depth) {
    switch (random() % (depth > 0 ? 8 : 6)) {
    case 0:
        return nullptr;
    case 1:
        return random() % 2 == 0;
    case 2:
        return static_cast<std::int64_t>(random()) - 2'000'000'000;
    case 3:
        return std::ldexp(static_cast<double>(random()), static_cast<int>(random() % 80) - 60);
    case 4:
        return std::uint64_t{1} << 63U;
    case 5: {
        std::string text;
        for (auto i = random() % 12; i > 0; --i) {
            text += static_cast<char>(random() % 128);
        }
        return text + (random() % 2 == 0 ? "ä" : "🙂");
    }
    case 6: {
        json::Array array;
        for (auto i = random() % 4; i > 0; --i) {
            array.push_back(random_value(random, depth - 1));
        }
        return array;
    }
    default: {
        json::Object object;
        for (auto i = random() % 4; i > 0; --i) {
            object.emplace_back("key " + std::to_string(i), random_value(random, depth - 1));
        }
        return object;
    }
    }
}

} // namespace

TEST_CASE("every kind of value is read", "[json]") {
    const json::Value value = parsed(
        R"({"a": [1, -2, 2.5, "x\u00e4\n", true, false, null], "b": {}, "c": 18446744073709551615})"
    );
    const json::Array& items = *value.find("a")->as_array();
    CHECK(*items[0].as_int() == 1);
    CHECK(*items[1].as_int() == -2);
    CHECK(*items[2].as_double() == 2.5);
    CHECK(*items[3].as_string() == "xä\n");
    CHECK(*items[4].as_bool());
    CHECK_FALSE(*items[5].as_bool());
    CHECK(items[6].is_null());
    CHECK(value.find("b")->as_object()->empty());
    CHECK(*value.find("c")->as_uint() == std::numeric_limits<std::uint64_t>::max());
    CHECK(value.find("d") == nullptr);
    CHECK(items[0].find("x") == nullptr);
    CHECK(items[0].as_string() == nullptr);
}

TEST_CASE("what is no JSON is refused as a whole", "[json]") {
    for (const char* text :
         {"",
          " ",
          "{",
          "[1,]",
          "{\"a\":1,}",
          "{'a':1}",
          "nul",
          "01",
          "1 2",
          "\"\x01\"",
          "\"\\x\"",
          "[1] trailing",
          "\"\xff\"",
          "NaN"}) {
        INFO(text);
        CHECK_FALSE(json::parse(text));
    }
}

TEST_CASE("nesting has an end", "[json]") {
    CHECK(json::parse(std::string(60, '[') + std::string(60, ']')));
    CHECK_FALSE(json::parse(std::string(100'000, '[') + std::string(100'000, ']')));
}

TEST_CASE("the last of several members with one name counts", "[json]") {
    CHECK(*parsed(R"({"a": 1, "a": 2})").find("a")->as_int() == 2);
}

TEST_CASE("members are set in place or added at the end", "[json]") {
    json::Value value = parsed(R"({"a": 1, "b": 2})");
    value.set("a", "x");
    value.set("c", 3);
    CHECK(json::dump(value) == R"({"a":"x","b":2,"c":3})");
    json::Value other;
    other.set("a", json::Array{1, 2});
    CHECK(json::dump(other) == R"({"a":[1,2]})");
}

TEST_CASE("values are written compactly or for people", "[json]") {
    const json::Value value = parsed(R"({"a":[1,{"b":null}],"c":[],"d":{},"e":"x"})");
    CHECK(json::dump(value) == R"({"a":[1,{"b":null}],"c":[],"d":{},"e":"x"})");
    CHECK(json::dump(value, json::Style::indented) == R"({
  "a": [
    1,
    {
      "b": null
    }
  ],
  "c": [],
  "d": {},
  "e": "x"
})");
}

TEST_CASE("numbers keep their kind", "[json]") {
    CHECK(json::dump(1.0) == "1.0");
    CHECK(json::dump(0.1) == "0.1");
    CHECK(json::dump(1e300) == "1e+300");
    CHECK(json::dump(-0.0) == "-0.0");
    CHECK(json::dump(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
    CHECK(json::dump(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
    CHECK(json::dump(std::numeric_limits<double>::infinity()) == "null");
}

TEST_CASE("strings are escaped as far as JSON demands", "[json]") {
    CHECK(json::dump("\"\\/\b\f\n\r\t") == R"("\"\\/\b\f\n\r\t")");
    CHECK(json::dump(std::string("\0\x1f\x7f", 3)) == R"("\u0000\u001f\u007f")");
    CHECK(json::dump("ä漢🙂") == "\"ä漢🙂\"");
}

TEST_CASE("nothing in a string is a command to a CI's runner", "[json]") {
    const std::string text = "##[a] ###[b] #[c] ##";
    CHECK(json::dump(text) == R"("##\u005ba] ###\u005bb] #[c] ##")");
    CHECK(parsed(json::dump(text)) == json::Value(text));
}

TEST_CASE("what steers a terminal or deceives the eye is written as its number", "[json]") {
    const std::string text = "\u0080\u009B31m \u202Ex\u2066 \u2028 \uFEFF \U000E0041 \u00A0\u00FC";
    const std::string written = json::dump(text);
    CHECK(
        written ==
        "\"\\u0080\\u009b31m \\u202ex\\u2066 \\u2028 \\ufeff \\udb40\\udc41 \u00A0\u00FC\""
    );
    CHECK(parsed(written) == json::Value(text));
}

TEST_CASE("bytes that are not UTF-8 are replaced", "[json]") {
    CHECK(json::dump("a\xffz") == "\"a\uFFFDz\"");
    CHECK(json::dump("\xC3") == "\"\uFFFD\"");
    CHECK(json::dump("\xED\xA0\x80") == "\"\uFFFD\uFFFD\uFFFD\"");
}

TEST_CASE("what is written is read back as it was", "[json]") {
    std::mt19937 random(7);
    for (int i = 0; i < 2000; ++i) {
        const json::Value value = random_value(random, 4);
        const std::string text = json::dump(value);
        INFO(text);
        CHECK(parsed(text) == value);
        CHECK(parsed(json::dump(value, json::Style::indented)) == value);
    }
}

TEST_CASE("wiping a tree reaches every string", "[json]") {
    json::Value value = parsed(R"({"a": ["one", {"b": "two"}], "c": 3})");
    json::wipe(value);
    CHECK(json::dump(value) == R"({"a":["",{"b":""}],"c":3})");
}
