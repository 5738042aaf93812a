// A JSON value: what json::parse returns and json::dump writes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace pveform::json {

class Value;
using Array = std::vector<Value>;
/// In the order of the text; a repeated key keeps all its values, `find` gives the last.
using Object = std::vector<std::pair<std::string, Value>>;

class Value {
public:
    Value() = default; // null

    Value(std::nullptr_t) {}

    Value(bool value) : data_(value) {}

    Value(int value) : data_(std::int64_t{value}) {}

    Value(std::int64_t value) : data_(value) {}

    Value(std::uint64_t value) : data_(value) {}

    Value(double value) : data_(value) {}

    Value(const char* value) : data_(std::string(value)) {}

    Value(std::string_view value) : data_(std::string(value)) {}

    Value(std::string value) : data_(std::move(value)) {}

    Value(Array value) : data_(std::move(value)) {}

    Value(Object value) : data_(std::move(value)) {}

    [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(data_); }

    // Each gives null where the value is of another type.
    [[nodiscard]] const bool* as_bool() const { return std::get_if<bool>(&data_); }

    [[nodiscard]] const std::string* as_string() const { return std::get_if<std::string>(&data_); }

    [[nodiscard]] std::string* as_string() { return std::get_if<std::string>(&data_); }

    [[nodiscard]] const Array* as_array() const { return std::get_if<Array>(&data_); }

    [[nodiscard]] Array* as_array() { return std::get_if<Array>(&data_); }

    [[nodiscard]] const Object* as_object() const { return std::get_if<Object>(&data_); }

    [[nodiscard]] Object* as_object() { return std::get_if<Object>(&data_); }

    /// A number that has no fraction and fits; 2^63 and above arrive as uint64.
    [[nodiscard]] const std::int64_t* as_int() const { return std::get_if<std::int64_t>(&data_); }

    [[nodiscard]] const std::uint64_t* as_uint() const {
        return std::get_if<std::uint64_t>(&data_);
    }

    [[nodiscard]] const double* as_double() const { return std::get_if<double>(&data_); }

    /// The member of an object; null where there is none, or where this is no object.
    [[nodiscard]] const Value* find(std::string_view key) const;
    [[nodiscard]] Value* find(std::string_view key);

    /// Sets or adds a member; a value that is no object becomes one.
    void set(std::string_view key, Value value);

    friend bool operator==(const Value&, const Value&) = default;

private:
    std::variant<
        std::monostate,
        bool,
        std::int64_t,
        std::uint64_t,
        double,
        std::string,
        Array,
        Object>
        data_;
};

/// Overwrites every string below `value`, for trees that held secrets.
void wipe(Value& value) noexcept;

} // namespace pveform::json
