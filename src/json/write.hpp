// Writing JSON. The implementation is the only user of nlohmann-json.
#pragma once

#include <string>

#include "json/value.hpp"

namespace pveform::json {

enum class Style {
    compact,  // one line
    indented, // two spaces, one member a line
};

/// Bytes that are not UTF-8 become U+FFFD. In the log of a CI job nothing of it is a command. No
/// newline at the end. What it returns is the only copy of the strings in `value` that it leaves in
/// memory.
[[nodiscard]] std::string dump(const Value& value, Style style = Style::compact);

} // namespace pveform::json
