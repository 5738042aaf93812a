// The names that PVE releases know, for finding typing errors without a cluster. What a cluster
// really knows is checked when a plan is made: a name that is not here may be from a later PVE.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pveform::desired {

/// The privilege that was meant by one that no known PVE has, if it looks like a typing error.
[[nodiscard]] std::optional<std::string> mistyped_privilege(std::string_view text);

/// The built-in role that was meant by a name that PVE reserves and that is none of its roles.
[[nodiscard]] std::optional<std::string> mistyped_built_in_role(std::string_view text);

} // namespace pveform::desired
