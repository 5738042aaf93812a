#include "document/tree.hpp"

#include "catch.hpp"

using namespace pveform::document;

namespace {

ScalarType plain(const char* text) {
    return Scalar{text, true}.type();
}

} // namespace

TEST_CASE("plain scalars have the types of YAML 1.2's core schema", "[yaml]") {
    for (const char* text : {"", "~", "null", "Null", "NULL"}) {
        CAPTURE(text);
        CHECK(plain(text) == ScalarType::null);
    }
    for (const char* text : {"true", "True", "TRUE", "false", "False", "FALSE"}) {
        CAPTURE(text);
        CHECK(plain(text) == ScalarType::boolean);
    }
    for (const char* text : {"0", "7", "-7", "+7", "00123", "0o17", "0xFf"}) {
        CAPTURE(text);
        CHECK(plain(text) == ScalarType::integer);
    }
    for (const char* text : {"1.5", "-.5", "1.", "1e3", "+1.5E-3", ".inf", "-.INF", ".nan"}) {
        CAPTURE(text);
        CHECK(plain(text) == ScalarType::floating_point);
    }
}

TEST_CASE("all else is a string", "[yaml]") {
    for (const char* text :
         {"yes", "no",    "on", "off", "y", "tRue", "nULL",       "0o8", "0x",    "1_000",
          "1e",  "1.2.3", "+",  "-",   ".", "+.",   "2027-06-30", "0b1", "12:30", "-.nan"}) {
        CAPTURE(text);
        CHECK(plain(text) == ScalarType::string);
    }
}

TEST_CASE("a quoted scalar is a string whatever it says", "[yaml]") {
    for (const char* text : {"", "null", "true", "7", "1.5"}) {
        CAPTURE(text);
        CHECK(Scalar{text, false}.type() == ScalarType::string);
    }
}
