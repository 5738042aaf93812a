// The processes that we come of, and what they have in common with us.
#pragma once

#include <string_view>

namespace pveform {

/// Of the processes that were started with this variable (`NAME=value`): whether standard error is
/// the same for us and all our ancestors among them, and none of them reads it. What they write
/// there goes then to whoever started them. False where that cannot be told.
[[nodiscard]] bool errors_reach_starter_of(std::string_view variable);

} // namespace pveform
