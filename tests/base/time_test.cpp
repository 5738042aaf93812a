// Dates as people write them.

#include "base/time.hpp"

#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"

using pveform::format_time;
using pveform::parse_time;

TEST_CASE("a date is midnight UTC", "[base]") {
    CHECK(parse_time("1970-01-01") == 0);
    CHECK(parse_time("2027-06-30") == 1'814'313'600);
    CHECK(parse_time("2028-02-29") == 1'835'395'200);
}

TEST_CASE("a time has an offset", "[base]") {
    CHECK(parse_time("2027-06-30T12:00:00+02:00") == 1'814'349'600);
    CHECK(parse_time("2027-06-30T10:00:00Z") == 1'814'349'600);
    CHECK(parse_time("2027-06-30t10:00:00z") == 1'814'349'600);
    CHECK(parse_time("2027-06-30 10:00:00Z") == 1'814'349'600);
    CHECK(parse_time("2027-06-30T04:30:00-05:30") == 1'814'349'600);
}

TEST_CASE("what is no time is nothing", "[base]") {
    for (const std::string text :
         {"",
          "2027",
          "2027-6-30",
          "2027-02-29",
          "2027-13-01",
          "2027-00-10",
          "2027-06-31",
          "27-06-30",
          "2027-06-30T",
          "2027-06-30T10:00Z",
          "2027-06-30T10:00:00",
          "2027-06-30T10:00:00.5Z",
          "2027-06-30T24:00:00Z",
          "2027-06-30T10:60:00Z",
          "2027-06-30T10:00:60Z",
          "2027-06-30T10:00:00+2:00",
          "2027-06-30T10:00:00Zx",
          "2027-06-30 ",
          " 2027-06-30",
          "never",
          "1814313600",
          "2027/06/30"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_time(text));
    }
}

TEST_CASE("what is written can be read again", "[base]") {
    for (const pveform::UnixSeconds time :
         {0LL, 1LL, 86'399LL, 86'400LL, 951'782'400LL, 1'814'349'601LL, 253'402'300'799LL}) {
        CAPTURE(time);
        CHECK(parse_time(format_time(time)) == time);
    }
    CHECK(format_time(1'814'313'600) == "2027-06-30");
    CHECK(format_time(1'814'313'601) == "2027-06-30T00:00:01Z");
}

TEST_CASE("a time beyond four digits of year is still said", "[base]") {
    CHECK(format_time(9'007'199'254'740'991) == "9007199254740991 s after 1970");
}
