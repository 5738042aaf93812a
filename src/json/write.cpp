#include "json/write.hpp"

#include <nlohmann/json.hpp>

namespace pveform::json {

namespace {

using Tree = nlohmann::ordered_json;

Tree convert(const Value& value) {
    if (const auto* boolean = value.as_bool()) {
        return *boolean;
    }
    if (const auto* number = value.as_int()) {
        return *number;
    }
    if (const auto* number = value.as_uint()) {
        return *number;
    }
    if (const auto* number = value.as_double()) {
        return *number;
    }
    if (const auto* text = value.as_string()) {
        return *text;
    }
    if (const auto* array = value.as_array()) {
        Tree items = Tree::array();
        for (const Value& item : *array) {
            items.push_back(convert(item));
        }
        return items;
    }
    if (const auto* object = value.as_object()) {
        Tree members = Tree::object();
        for (const auto& [key, member] : *object) {
            members[key] = convert(member);
        }
        return members;
    }
    return nullptr;
}

} // namespace

std::string dump(const Value& value, Style style) {
    const int indent = style == Style::indented ? 2 : -1;
    return convert(value).dump(indent, ' ', false, Tree::error_handler_t::replace);
}

} // namespace pveform::json
