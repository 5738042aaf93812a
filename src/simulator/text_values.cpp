#include "simulator/text_values.hpp"

#include <cstdint>
#include <cstdlib>

#include "base/text.hpp"

namespace pveform::simulator {

json::Value expiry_value(const formats::ExpiryText& expire) {
    if (const auto number = parse_integer<std::int64_t>(expire)) {
        return *number;
    }
    if (parse_integer<std::uint64_t>(expire)) {
        return expire;
    }
    return std::strtod(expire.c_str(), nullptr);
}

void set_unless_empty(json::Value& object, std::string_view key, const std::string& text) {
    if (!text.empty()) {
        object.set(key, text);
    }
}

json::Value token_value(const formats::TokenEntry& token) {
    json::Value value = json::Object{
        {"expire", expiry_value(token.expire)},
        {"privsep", flag_value(token.privilege_separation)},
    };
    set_unless_empty(value, "comment", token.comment);
    return value;
}

} // namespace pveform::simulator
