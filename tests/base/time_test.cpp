// Dates as documents write them and files carry them.

#include "base/time.hpp"

#include "catch.hpp"

using pveform::format_rfc3339;
using pveform::format_time;
using pveform::parse_time;

TEST_CASE("a date is its midnight in UTC", "[base]") {
    CHECK(parse_time("1970-01-01") == 0);
    CHECK(parse_time("2027-06-30") == 1814313600);
    CHECK(parse_time("2024-02-29") == 1709164800);
    CHECK(parse_time("9999-12-31") == 253402214400);
}

TEST_CASE("a time has an offset", "[base]") {
    CHECK(parse_time("2027-06-30T10:00:00Z") == 1814349600);
    CHECK(parse_time("2027-06-30t10:00:00z") == 1814349600);
    CHECK(parse_time("2027-06-30 10:00:00Z") == 1814349600);
    CHECK(parse_time("2027-06-30T12:00:00+02:00") == 1814349600);
    CHECK(parse_time("2027-06-30T04:30:00-05:30") == 1814349600);
    CHECK(parse_time("2027-06-30T00:00:00+00:00") == 1814313600);
}

TEST_CASE("anything else is no time", "[base]") {
    for (const char* text :
         {"",
          "never",
          "2027",
          "2027-6-30",
          "27-06-30",
          "2027-06-31",
          "2027-02-29",
          "2027-13-01",
          "2027-00-10",
          "2027-06-30T",
          "2027-06-30T10:00Z",
          "2027-06-30T10:00:00",
          "2027-06-30T10:00:00.5Z",
          "2027-06-30T24:00:00Z",
          "2027-06-30T10:60:00Z",
          "2027-06-30T10:00:60Z",
          "2027-06-30T10:00:00+2:00",
          "2027-06-30T10:00:00+24:00",
          "2027-06-30T10:00:00Zx",
          " 2027-06-30",
          "2027-06-30 ",
          "-027-06-30",
          "+027-06-30"}) {
        INFO(text);
        CHECK_FALSE(parse_time(text));
    }
}

TEST_CASE("what is written for people is read back as the same time", "[base]") {
    for (const pveform::UnixSeconds time :
         {pveform::UnixSeconds{0},
          pveform::UnixSeconds{1},
          pveform::UnixSeconds{951782400},
          pveform::UnixSeconds{1814313600},
          pveform::UnixSeconds{1814349600},
          pveform::UnixSeconds{253402300799}}) {
        CHECK(parse_time(format_time(time)) == time);
        CHECK(parse_time(format_rfc3339(time)) == time);
    }
    CHECK(format_time(1814313600) == "2027-06-30");
    CHECK(format_time(1814349600) == "2027-06-30T10:00:00Z");
    CHECK(format_time(253402300800) == "253402300800 s after 1970");
}

TEST_CASE("what is written for programs has a time of day and four digits of year", "[base]") {
    CHECK(format_rfc3339(1814313600) == "2027-06-30T00:00:00Z");
    CHECK(format_rfc3339(253402300800) == "9999-12-31T23:59:59Z");
    CHECK(format_rfc3339(-1) == "1970-01-01T00:00:00Z");
}
