// What plan files begin with. Not for use outside of this folder.
#pragma once

#include <cstdint>
#include <string>

#include "json/value.hpp"

namespace pveform::saved {

inline constexpr auto plan_format = "pveform/plan";
inline constexpr std::int64_t plan_format_version = 1;

/// Of a plan file without its digest.
[[nodiscard]] std::string digest_of(const json::Value& root);

} // namespace pveform::saved
