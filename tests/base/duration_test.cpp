#include "base/time.hpp"

#include "catch.hpp"

using namespace pveform;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_CASE("a duration is a number and a unit", "[time]") {
    CHECK(parse_duration("90d") == days(90));
    CHECK(parse_duration("12h") == hours(12));
    CHECK(parse_duration("30m") == minutes(30));
    CHECK(parse_duration("45s") == seconds(45));
    CHECK(parse_duration("2w") == days(14));
}

TEST_CASE("what is no duration is refused", "[time]") {
    const auto* text = GENERATE(
        "",
        "d",
        "90",
        "0d",
        "-1d",
        "+1d",
        "1.5d",
        "1y",
        "1M",
        "90 d",
        "1d12h",
        " 1d",
        "400000d",
        "99999999999999999999s"
    );
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text));
}

TEST_CASE("durations are written as they are read", "[time]") {
    const auto* text = GENERATE("1d", "90d", "12h", "36h", "30m", "45s", "90s");
    CHECK(format_duration(*parse_duration(text)) == text);
    CHECK(format_duration(*parse_duration("2w")) == "14d");
}
