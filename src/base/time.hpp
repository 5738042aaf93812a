// Dates as people write them and as PVE counts them: whole seconds since 1970, UTC.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pveform {

/// Seconds since 1970-01-01T00:00:00Z.
using UnixSeconds = std::int64_t;

/// `2027-06-30` (00:00 UTC) or an RFC 3339 time (`2027-06-30T12:00:00+02:00`); fractions of a
/// second are refused, as PVE counts whole ones. Nothing for anything else.
[[nodiscard]] std::optional<UnixSeconds> parse_time(std::string_view text);

/// `2027-06-30` at midnight UTC, else `2027-06-30T10:00:00Z`; the reverse of `parse_time`.
[[nodiscard]] std::string format_time(UnixSeconds time);

/// `90d`, `12h`, `30m`, `45s`, `2w`: a whole number above zero and a unit, at most a thousand
/// years. Nothing for anything else.
[[nodiscard]] std::optional<std::chrono::seconds> parse_duration(std::string_view text);

/// In the largest unit up to days that gives a whole number; the reverse of `parse_duration`.
[[nodiscard]] std::string format_duration(std::chrono::seconds duration);

/// Always with a time of day, for programs: `2027-06-30T00:00:00Z`. Times that four digits of year
/// cannot hold become the first or last second that they can.
[[nodiscard]] std::string format_rfc3339(UnixSeconds time);

} // namespace pveform
