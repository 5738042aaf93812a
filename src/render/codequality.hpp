// Findings for GitLab's merge requests: its code quality report.
#pragma once

#include <string>
#include <string_view>

#include "render/observations.hpp"
#include "render/sarif.hpp"

namespace pveform::render {

/// The member of each issue that says what found it.
inline constexpr std::string_view name_of_check = "check_name";

/// A JSON array. GitLab shows nothing without a place: what no document speaks of is shown where
/// the first one begins, and left out where there is none.
[[nodiscard]] std::string codequality(const Observations& observations, const ScanContext& context);

} // namespace pveform::render
