// What tells a snapshot from other JSON.
#pragma once

#include <string_view>

namespace pveform::formats {

inline constexpr std::string_view snapshot_format = "pveform snapshot";
inline constexpr int snapshot_format_version = 1;

} // namespace pveform::formats
