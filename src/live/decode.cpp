#include "live/decode.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "base/text.hpp"
#include "model/release.hpp"
#include "json/write.hpp"

namespace pveform::live {

namespace {

constexpr std::size_t max_shown = 60;

/// Enough of a value to recognise it.
std::string seen(const json::Value& value) {
    std::string text = printable(json::dump(value));
    if (text.size() > max_shown) {
        text.resize(max_shown);
        while (!is_utf8(text)) {
            text.pop_back();
        }
        text += "…";
    }
    return text;
}

const json::Value absent;

} // namespace

Node Node::child(const json::Value& value, std::string_view step) const {
    Node node(value, where_);
    node.path_ = path_;
    if (!path_.empty() && !step.starts_with('[')) {
        node.path_ += '.';
    }
    node.path_ += step;
    return node;
}

Error Node::error(std::string_view expected) const {
    return Error{
        .kind = ErrorKind::api,
        .message = fmt::format(
            "PVE's answer to {} is not understood: {} is `{}`, not {}",
            where_,
            path_.empty() ? std::string("it") : "`" + printable(path_) + "`",
            seen(*value_),
            expected
        ),
        .help = fmt::format(
            "either this is not PVE's API (PVE {} to {}), or a release that this pveform does not "
            "know yet",
            Release::oldest_known().text(),
            Release::newest_known().text()
        ),
    };
}

Result<std::vector<Node>> Node::elements() const {
    const json::Array* array = value_->as_array();
    if (array == nullptr) {
        return std::unexpected(error("a list"));
    }
    std::vector<Node> nodes;
    nodes.reserve(array->size());
    for (std::size_t i = 0; i < array->size(); ++i) {
        nodes.push_back(child((*array)[i], fmt::format("[{}]", i)));
    }
    return nodes;
}

Result<std::vector<std::pair<std::string, Node>>> Node::members() const {
    std::vector<std::pair<std::string, Node>> nodes;
    const json::Array* array = value_->as_array();
    if (array != nullptr && array->empty()) {
        return nodes;
    }
    const json::Object* object = value_->as_object();
    if (object == nullptr) {
        return std::unexpected(error("an object"));
    }
    nodes.reserve(object->size());
    for (const auto& [name, value] : *object) {
        nodes.emplace_back(name, child(value, name));
    }
    return nodes;
}

bool Node::has(std::string_view key) const {
    const json::Value* value = value_->find(key);
    return value != nullptr && !value->is_null();
}

Result<Node> Node::at(std::string_view key) const {
    if (value_->as_object() == nullptr) {
        return std::unexpected(error("an object"));
    }
    const json::Value* value = value_->find(key);
    return child(value != nullptr ? *value : absent, key);
}

Result<std::string> Node::text(std::string_view key) const {
    return TRY(at(key)).as_text();
}

Result<std::string> Node::field(std::string_view key) const {
    const Node node = TRY(at(key));
    if (node.value().is_null()) {
        return std::string();
    }
    std::string text = TRY(node.as_text());
    text = trim(text, " ");
    return text == "0" ? std::string() : text;
}

Result<bool> Node::flag(std::string_view key) const {
    return TRY(at(key)).as_flag();
}

Result<bool> Node::flag_or(std::string_view key, bool absent_value) const {
    const Node node = TRY(at(key));
    return node.value().is_null() ? absent_value : node.as_flag();
}

Result<std::int64_t> Node::integer_or(std::string_view key, std::int64_t absent_value) const {
    const Node node = TRY(at(key));
    return node.value().is_null() ? absent_value : node.as_integer();
}

Result<std::string> Node::as_text() const {
    if (const std::string* text = value_->as_string()) {
        return *text;
    }
    return std::unexpected(error("a text"));
}

Result<bool> Node::as_flag() const {
    if (const bool* boolean = value_->as_bool()) {
        return *boolean;
    }
    const std::int64_t* number = value_->as_int();
    const std::string* text = value_->as_string();
    if ((number != nullptr && *number == 0) || (text != nullptr && *text == "0")) {
        return false;
    }
    if ((number != nullptr && *number == 1) || (text != nullptr && *text == "1")) {
        return true;
    }
    return std::unexpected(error("0 or 1"));
}

Result<std::int64_t> Node::as_integer() const {
    if (const std::int64_t* number = value_->as_int()) {
        return *number;
    }
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    if (value_->as_uint() != nullptr) {
        return most;
    }
    const std::string* text = value_->as_string();
    const bool digits = text != nullptr && !text->empty() &&
                        text->find_first_not_of("0123456789") == std::string::npos;
    if (!digits) {
        return std::unexpected(error("an integer"));
    }
    return parse_integer<std::int64_t>(*text).value_or(most);
}

} // namespace pveform::live
