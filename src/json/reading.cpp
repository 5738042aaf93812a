#include "json/reading.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace pveform::json::reading {

std::unexpected<std::string> refuse(const Place& place, std::string_view what) {
    return std::unexpected(fmt::format("`{}` {}", printable(place.name), what));
}

std::string below(const Place& place, std::string_view key) {
    return place.name.empty() ? std::string(key) : fmt::format("{}.{}", place.name, key);
}

Read<std::vector<std::pair<std::string, Place>>> members_of(const Place& place) {
    const Object* object = place.value->as_object();
    if (object == nullptr) {
        return refuse(place, "is not an object");
    }
    std::vector<std::pair<std::string, Place>> members;
    std::set<std::string_view> seen;
    for (const auto& [key, value] : *object) {
        if (!seen.insert(key).second) {
            return refuse({&value, below(place, key)}, "stands there twice");
        }
        members.emplace_back(key, Place{&value, below(place, key)});
    }
    return members;
}

Read<Place> field_of(const Place& place, std::string_view key) {
    if (place.value->as_object() == nullptr) {
        return refuse(place, "is not an object");
    }
    const Value* value = place.value->find(key);
    Place field{value, below(place, key)};
    return value != nullptr ? Read<Place>(std::move(field)) : refuse(field, "is missing");
}

Read<std::vector<Place>> items_of(const Place& place) {
    const Array* array = place.value->as_array();
    if (array == nullptr) {
        return refuse(place, "is not a list");
    }
    std::vector<Place> items;
    for (std::size_t i = 0; i < array->size(); ++i) {
        items.push_back({&(*array)[i], fmt::format("{}[{}]", place.name, i)});
    }
    return items;
}

Read<std::string> text_of(const Place& place) {
    const std::string* text = place.value->as_string();
    return text != nullptr ? Read<std::string>(*text) : refuse(place, "is not a string");
}

Read<bool> flag_of(const Place& place) {
    const bool* flag = place.value->as_bool();
    return flag != nullptr ? Read<bool>(*flag) : refuse(place, "is neither true nor false");
}

Read<std::int64_t> number_of(const Place& place) {
    const std::int64_t* number = place.value->as_int();
    if (number == nullptr || *number < 0) {
        return refuse(place, "is not a whole number from zero up");
    }
    return *number;
}

} // namespace pveform::json::reading
