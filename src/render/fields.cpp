#include "render/fields.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace pveform::render {

std::vector<std::string> strings_of(const json::Value& value) {
    std::vector<std::string> strings;
    if (const json::Array* array = value.as_array()) {
        for (const json::Value& item : *array) {
            strings.push_back(printable(*item.as_string()));
        }
    }
    return strings;
}

std::string value_in_words(const json::Value& value) {
    if (const bool* flag = value.as_bool()) {
        return *flag ? "true" : "false";
    }
    if (const std::string* text = value.as_string()) {
        return fmt::format("\"{}\"", printable(*text));
    }
    if (value.as_array() != nullptr) {
        return fmt::format("[{}]", join(strings_of(value), ", "));
    }
    return "none";
}

std::string property_in_words(std::string_view name, const json::Value& value) {
    if (name == "privileges") {
        const auto privileges = strings_of(value);
        return privileges.empty() ? "no privileges" : join(privileges, ", ");
    }
    if (name == "privilege_separation") {
        return *value.as_bool() ? "privsep" : "all rights of its user";
    }
    if (name == "expire") {
        const std::string& time = *value.as_string();
        return time == "never" ? "never expires" : fmt::format("expires {}", time);
    }
    if (name == "enabled") {
        return *value.as_bool() ? "enabled" : "disabled";
    }
    return fmt::format("{} {}", name, value_in_words(value));
}

std::string
list_change(std::string_view name, const json::Value& before_list, const json::Value& after_list) {
    const auto before = strings_of(before_list);
    const auto after = strings_of(after_list);
    std::vector<std::string> words;
    for (const std::string& item : after) {
        if (!std::ranges::binary_search(before, item)) {
            words.push_back("+" + item);
        }
    }
    for (const std::string& item : before) {
        if (!std::ranges::binary_search(after, item)) {
            words.push_back("-" + item);
        }
    }
    return fmt::format("{} {}", name, join(words, " "));
}

std::string propagation_in_words(const json::Value& propagate) {
    return *propagate.as_bool() ? "propagate" : "this path only";
}

} // namespace pveform::render
