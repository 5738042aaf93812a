#include "json/value.hpp"

#include <algorithm>
#include <ranges>

#include "base/secret.hpp"

namespace pveform::json {

const Value* Value::find(std::string_view key) const {
    const Object* object = as_object();
    if (object == nullptr) {
        return nullptr;
    }
    for (const auto& [name, value] : std::views::reverse(*object)) {
        if (name == key) {
            return &value;
        }
    }
    return nullptr;
}

Value* Value::find(std::string_view key) {
    return const_cast<Value*>(std::as_const(*this).find(key));
}

void Value::set(std::string_view key, Value value) {
    if (Value* present = find(key)) {
        *present = std::move(value);
        return;
    }
    if (as_object() == nullptr) {
        data_ = Object();
    }
    as_object()->emplace_back(std::string(key), std::move(value));
}

void wipe(Value& value) noexcept {
    if (std::string* text = value.as_string()) {
        pveform::wipe(*text);
    } else if (Array* array = value.as_array()) {
        std::ranges::for_each(*array, [](Value& item) { wipe(item); });
    } else if (Object* object = value.as_object()) {
        std::ranges::for_each(*object, [](auto& member) { wipe(member.second); });
    }
}

} // namespace pveform::json
