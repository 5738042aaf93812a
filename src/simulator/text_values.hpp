// Values of user.cfg as PVE's JSON shows them.
#pragma once

#include "formats/user_config.hpp"
#include "json/value.hpp"

namespace pveform::simulator {

/// A number, as far as PVE's Perl keeps it one: from 2^63 on it is a string, from 2^64 on a
/// floating-point number.
[[nodiscard]] json::Value expiry_value(const formats::ExpiryText& expire);

/// Adds the member where the text is not empty.
void set_unless_empty(json::Value& object, std::string_view key, const std::string& text);

/// 0 or 1.
[[nodiscard]] inline json::Value flag_value(bool flag) {
    return flag ? 1 : 0;
}

/// expire, privsep and, where there is one, comment.
[[nodiscard]] json::Value token_value(const formats::TokenEntry& token);

} // namespace pveform::simulator
