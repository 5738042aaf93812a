#include "json/read.hpp"

#include <openssl/crypto.h>

#include <simdjson.h>

namespace pveform::json {

namespace {

/// Deeper than anything that is read here, shallow enough for the recursion below.
constexpr std::size_t max_depth = 64;

Value convert(const simdjson::dom::element& element);

Value convert_array(const simdjson::dom::array& array) {
    Array items;
    items.reserve(array.size());
    for (const simdjson::dom::element item : array) {
        items.push_back(convert(item));
    }
    return items;
}

Value convert_object(const simdjson::dom::object& object) {
    Object members;
    members.reserve(object.size());
    for (const auto member : object) {
        members.emplace_back(std::string(member.key), convert(member.value));
    }
    return members;
}

Value convert(const simdjson::dom::element& element) {
    switch (element.type()) {
    case simdjson::dom::element_type::ARRAY:
        return convert_array(simdjson::dom::array(element.get_array().value_unsafe()));
    case simdjson::dom::element_type::OBJECT:
        return convert_object(simdjson::dom::object(element.get_object().value_unsafe()));
    case simdjson::dom::element_type::STRING:
        return element.get_string().value_unsafe();
    case simdjson::dom::element_type::INT64:
        return element.get_int64().value_unsafe();
    case simdjson::dom::element_type::UINT64:
        return element.get_uint64().value_unsafe();
    case simdjson::dom::element_type::DOUBLE:
        return element.get_double().value_unsafe();
    case simdjson::dom::element_type::BOOL:
        return element.get_bool().value_unsafe();
    case simdjson::dom::element_type::NULL_VALUE:
        return nullptr;
    }
    return nullptr;
}

} // namespace

std::expected<Value, std::string> parse(std::string_view text) {
    simdjson::dom::parser parser;
    if (const auto error = parser.allocate(text.size(), max_depth)) {
        return std::unexpected(std::string(simdjson::error_message(error)));
    }
    simdjson::padded_string padded(text);
    simdjson::dom::element root;
    const auto error = parser.parse(padded).get(root);
    Value value = error ? Value() : convert(root);
    OPENSSL_cleanse(padded.data(), padded.size());
    if (parser.doc.string_buf) {
        OPENSSL_cleanse(parser.doc.string_buf.get(), text.size());
    }
    if (error) {
        return std::unexpected(std::string(simdjson::error_message(error)));
    }
    return value;
}

} // namespace pveform::json
