// Properties of objects in words, for plans and for what drifted.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json/value.hpp"

namespace pveform::render {

/// The texts in an array; none where it is something else.
[[nodiscard]] std::vector<std::string> strings_of(const json::Value& value);

/// `"Platform"`, `true`, `[dev, ops]`, `none`.
[[nodiscard]] std::string value_in_words(const json::Value& value);

/// Of an object that comes to be or goes: what it is, without what goes without saying.
[[nodiscard]] std::string property_in_words(std::string_view name, const json::Value& value);

/// `groups +ops -dev`: what comes and what goes, since a long list twice is hard to compare.
[[nodiscard]] std::string
list_change(std::string_view name, const json::Value& before, const json::Value& after);

/// `propagate` or `this path only`.
[[nodiscard]] std::string propagation_in_words(const json::Value& propagate);

} // namespace pveform::render
