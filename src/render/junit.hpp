// Test reports, in the form that Jenkins' xUnit plugin describes and nearly every CI system reads.
#pragma once

#include <string>
#include <string_view>

#include "render/observations.hpp"

namespace pveform::render {

/// What comes before the name.
inline constexpr std::string_view junit_beginning =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"";

/// A suite for each kind of question, a test case for each question. What fails is what the exit
/// code is about; warnings of the policy are passed cases with their text. `name`: of the whole,
/// such as `pveform drift prod`.
[[nodiscard]] std::string junit(const Observations& observations, const std::string& name);

} // namespace pveform::render
