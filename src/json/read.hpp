// Reading JSON. The implementation is the only user of simdjson.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "json/value.hpp"

namespace pveform::json {

/// The whole text is checked. The error is one sentence without a place: the texts that come here
/// were written by programs. The parser's own copy of the strings is wiped.
[[nodiscard]] std::expected<Value, std::string> parse(std::string_view text);

} // namespace pveform::json
