#include "base/time.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "base/text.hpp"

namespace pveform {

namespace {

using std::chrono::day;
using std::chrono::days;
using std::chrono::hh_mm_ss;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::month;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year;
using std::chrono::year_month_day;

/// PVE counts from 1970; times after 9999-12-31T23:59:59Z have no four digits of year.
constexpr UnixSeconds first_writable = 0;
constexpr UnixSeconds last_writable = 253402300799;

/// Reads exactly `digits` digits from the front of `text`.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
    if (text.size() < digits ||
        text.substr(0, digits).find_first_not_of("0123456789") != std::string_view::npos) {
        return std::nullopt;
    }
    const auto value = parse_integer<int>(text.substr(0, digits));
    text.remove_prefix(digits);
    return value;
}

bool take(std::string_view& text, std::string_view any_of) {
    if (text.empty() || any_of.find(text.front()) == std::string_view::npos) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

std::optional<sys_days> take_date(std::string_view& text) {
    const auto y = take_digits(text, 4);
    if (!y || !take(text, "-")) {
        return std::nullopt;
    }
    const auto m = take_digits(text, 2);
    if (!m || !take(text, "-")) {
        return std::nullopt;
    }
    const auto d = take_digits(text, 2);
    if (!d) {
        return std::nullopt;
    }
    const year_month_day date(
        year(*y), month(static_cast<unsigned>(*m)), day(static_cast<unsigned>(*d))
    );
    return date.ok() ? std::optional(sys_days(date)) : std::nullopt;
}

/// `hh:mm`, of a time or of an offset.
std::optional<minutes> take_hours_and_minutes(std::string_view& text) {
    const auto h = take_digits(text, 2);
    if (!h || !take(text, ":")) {
        return std::nullopt;
    }
    const auto m = take_digits(text, 2);
    if (!m || *h > 23 || *m > 59) {
        return std::nullopt;
    }
    return hours(*h) + minutes(*m);
}

std::optional<minutes> take_offset(std::string_view& text) {
    if (take(text, "Zz")) {
        return minutes(0);
    }
    const bool west = text.starts_with('-');
    if (!take(text, "+-")) {
        return std::nullopt;
    }
    const auto offset = take_hours_and_minutes(text);
    return offset && west ? std::optional(-*offset) : offset;
}

struct Unit {
    char letter;
    seconds length;
};

constexpr std::array<Unit, 5> units = {{
    {'w', days(7)},
    {'d', days(1)},
    {'h', hours(1)},
    {'m', minutes(1)},
    {'s', seconds(1)},
}};

constexpr seconds longest_duration = days(365'000);

} // namespace

std::optional<UnixSeconds> parse_time(std::string_view text) {
    const auto date = take_date(text);
    if (!date) {
        return std::nullopt;
    }
    sys_seconds time(*date);
    if (text.empty()) {
        return time.time_since_epoch().count();
    }
    if (!take(text, "Tt ")) {
        return std::nullopt;
    }
    const auto clock = take_hours_and_minutes(text);
    if (!clock || !take(text, ":")) {
        return std::nullopt;
    }
    const auto second = take_digits(text, 2);
    if (!second || *second > 59) {
        return std::nullopt;
    }
    const auto offset = take_offset(text);
    if (!offset || !text.empty()) {
        return std::nullopt;
    }
    time += *clock + seconds(*second) - *offset;
    return time.time_since_epoch().count();
}

std::string format_time(UnixSeconds time) {
    if (time < first_writable || time > last_writable) {
        return fmt::format("{} s after 1970", time);
    }
    const std::string text = format_rfc3339(time);
    constexpr std::string_view midnight = "T00:00:00Z";
    return text.ends_with(midnight) ? text.substr(0, text.size() - midnight.size()) : text;
}

std::string format_rfc3339(UnixSeconds time) {
    const sys_seconds point{seconds(std::clamp(time, first_writable, last_writable))};
    const sys_days midnight = std::chrono::floor<days>(point);
    const year_month_day date(midnight);
    const hh_mm_ss clock(point - midnight);
    return fmt::format(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        int(date.year()),
        unsigned(date.month()),
        unsigned(date.day()),
        clock.hours().count(),
        clock.minutes().count(),
        clock.seconds().count()
    );
}

std::optional<seconds> parse_duration(std::string_view text) {
    if (text.empty()) {
        return std::nullopt;
    }
    const auto* const unit = std::ranges::find(units, text.back(), &Unit::letter);
    const auto count = parse_integer<std::int64_t>(text.substr(0, text.size() - 1));
    if (unit == units.end() || !count || *count <= 0 || *count > longest_duration / unit->length) {
        return std::nullopt;
    }
    return *count * unit->length;
}

std::string format_duration(seconds duration) {
    for (const Unit& unit : units) {
        if (unit.letter != 'w' && duration % unit.length == seconds(0)) {
            return fmt::format("{}{}", duration / unit.length, unit.letter);
        }
    }
    return {};
}

} // namespace pveform
