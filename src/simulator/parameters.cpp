#include "simulator/parameters.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/text.hpp"
#include "json/read.hpp"

namespace pveform::simulator {

namespace {

/// Any address will do: PVE's differ with every call.
constexpr std::string_view printed_array = "ARRAY(0x55d0c0ffee00)";
constexpr std::string_view printed_object = "HASH(0x55d0c0ffee18)";

std::string with_blanks(std::string_view text) {
    std::string result(text);
    std::ranges::replace(result, '+', ' ');
    return result;
}

/// Perl's split drops empty parts at the end.
std::vector<std::string_view> split_pairs(std::string_view text) {
    std::vector<std::string_view> pairs;
    while (true) {
        const std::size_t end = text.find_first_of("&;");
        pairs.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            break;
        }
        text.remove_prefix(end + 1);
    }
    while (!pairs.empty() && pairs.back().empty()) {
        pairs.pop_back();
    }
    return pairs;
}

void add(Parameters& parameters, std::string name, Parameter value) {
    Parameter& slot = parameters[std::move(name)];
    if (value.kind == Parameter::Kind::undefined || !slot.is_defined()) {
        slot = std::move(value);
        return;
    }
    if (slot.kind != Parameter::Kind::array) {
        slot = {.kind = Parameter::Kind::array, .text = {}, .items = {slot.text}};
    }
    slot.items.push_back(std::move(value.text));
}

Parameter convert(const json::Value& value) {
    using Kind = Parameter::Kind;
    if (const auto* text = value.as_string()) {
        return Parameter::of(*text);
    }
    if (const auto* flag = value.as_bool()) {
        return {.kind = Kind::boolean, .text = *flag ? "1" : "0", .items = {}};
    }
    if (const auto* number = value.as_int()) {
        return Parameter::of(std::to_string(*number));
    }
    if (const auto* number = value.as_uint()) {
        return Parameter::of(std::to_string(*number));
    }
    if (const auto* number = value.as_double()) {
        return Parameter::of(formats::number_text(*number));
    }
    if (const auto* items = value.as_array()) {
        Parameter array{.kind = Kind::array, .text = {}, .items = {}};
        for (const json::Value& item : *items) {
            array.items.push_back(convert(item).printed());
        }
        return array;
    }
    return {.kind = value.is_null() ? Kind::undefined : Kind::object, .text = {}, .items = {}};
}

/// Where a string ends that begins at `start`: behind its closing quote, or at the end of the text.
std::size_t end_of_string(std::string_view text, std::size_t start) {
    std::size_t at = start + 1;
    while (at < text.size() && text[at] != '"') {
        at += text[at] == '\\' ? 2U : 1U;
    }
    return std::min(at + 1, text.size());
}

/// Whether the token is an integer as JSON writes it, and beyond 64 bits.
bool is_big_integer(std::string_view token) {
    const std::string_view digits = token.substr(token.starts_with('-') ? 1 : 0);
    return !digits.empty() && digits.front() != '0' &&
           digits.find_first_not_of("0123456789") == std::string_view::npos &&
           !parse_integer<std::int64_t>(token) && !parse_integer<std::uint64_t>(token);
}

/// Perl's JSON modules keep the digits of an integer beyond 64 bits, as a string; our reader knows
/// no such number. In place of a name it stays what it is, a mistake.
std::string with_big_integers_quoted(std::string_view body) {
    std::string result;
    result.reserve(body.size());
    for (std::size_t at = 0; at < body.size();) {
        const bool is_string = body[at] == '"';
        const std::size_t end =
            is_string ? end_of_string(body, at)
                      : std::min(body.find_first_of("\" \t\r\n,:[]{}", at), body.size());
        const std::string_view token = body.substr(at, std::max(end - at, std::size_t{1}));
        at += token.size();
        const std::size_t next = body.find_first_not_of(" \t\r\n", at);
        const bool is_name = next != std::string_view::npos && body[next] == ':';
        if (!is_string && !is_name && is_big_integer(token)) {
            result.append("\"").append(token).append("\"");
        } else {
            result += token;
        }
    }
    return result;
}

} // namespace

Parameter Parameter::of(std::string text) {
    return {.kind = Kind::text, .text = std::move(text), .items = {}};
}

bool Parameter::is_true() const {
    switch (kind) {
    case Kind::undefined:
        return false;
    case Kind::text:
    case Kind::boolean:
        return formats::is_true(text);
    case Kind::array:
    case Kind::object:
        return true;
    }
    return false;
}

std::string Parameter::printed() const {
    switch (kind) {
    case Kind::undefined:
    case Kind::text:
    case Kind::boolean:
        return text;
    case Kind::array:
        return std::string(printed_array);
    case Kind::object:
        return std::string(printed_object);
    }
    return {};
}

Parameters decode_form(std::string_view text) {
    Parameters parameters;
    if (!formats::is_true(text)) {
        return parameters;
    }
    for (const std::string_view pair : split_pairs(text)) {
        const std::size_t equals = pair.find('=');
        std::string name =
            formats::from_latin1(formats::unescape(with_blanks(pair.substr(0, equals))));
        if (equals == std::string_view::npos) {
            add(parameters, std::move(name), {});
            continue;
        }
        const std::string_view rest = pair.substr(equals + 1);
        const std::string value = formats::unescape(with_blanks(rest.substr(0, rest.find('='))));
        add(parameters, std::move(name), Parameter::of(formats::decode_utf8(value)));
    }
    return parameters;
}

std::expected<Parameters, std::string> decode_json(std::string_view body) {
    const auto value = json::parse(with_big_integers_quoted(body));
    if (!value) {
        return std::unexpected("malformed JSON string: " + value.error());
    }
    Parameters parameters;
    if (value->is_null()) {
        return parameters;
    }
    const json::Object* members = value->as_object();
    if (members == nullptr) {
        return std::unexpected("Not a HASH reference");
    }
    for (const auto& [name, member] : *members) {
        parameters[name] = convert(member);
    }
    return parameters;
}

} // namespace pveform::simulator
