#include "document/tree.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.hpp"

namespace pveform::document {

namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::ranges::find(words, text) != words.end();
}

/// Takes all leading characters out of `characters`; whether there were any.
bool take_all(std::string_view& text, std::string_view characters) {
    const std::size_t end = std::min(text.find_first_not_of(characters), text.size());
    text.remove_prefix(end);
    return end > 0;
}

std::string_view without_sign(std::string_view text) {
    return text.starts_with('-') || text.starts_with('+') ? text.substr(1) : text;
}

bool is_integer(std::string_view text) {
    const auto consists_of = [](std::string_view rest, std::string_view characters) {
        return take_all(rest, characters) && rest.empty();
    };
    if (text.starts_with("0o")) {
        return consists_of(text.substr(2), "01234567");
    }
    if (text.starts_with("0x")) {
        return consists_of(text.substr(2), "0123456789abcdefABCDEF");
    }
    return consists_of(without_sign(text), decimal_digits);
}

bool is_floating_point(std::string_view text) {
    if (is_one_of(text, {".nan", ".NaN", ".NAN"}) ||
        is_one_of(without_sign(text), {".inf", ".Inf", ".INF"})) {
        return true;
    }
    text = without_sign(text);
    bool has_digits = take_all(text, decimal_digits);
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        has_digits = take_all(text, decimal_digits) || has_digits;
    }
    if (!has_digits) {
        return false;
    }
    if (text.starts_with('e') || text.starts_with('E')) {
        text = without_sign(text.substr(1));
        return take_all(text, decimal_digits) && text.empty();
    }
    return text.empty();
}

} // namespace

ScalarType Scalar::type() const {
    if (!plain) {
        return ScalarType::string;
    }
    if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) {
        return ScalarType::null;
    }
    if (is_one_of(text, {"true", "True", "TRUE", "false", "False", "FALSE"})) {
        return ScalarType::boolean;
    }
    if (is_integer(text)) {
        return ScalarType::integer;
    }
    return is_floating_point(text) ? ScalarType::floating_point : ScalarType::string;
}

} // namespace pveform::document
