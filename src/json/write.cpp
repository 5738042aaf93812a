#include "json/write.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <openssl/crypto.h>

#include "base/characters.hpp"

namespace pveform::json {

namespace {

/// Overwrites what it frees: the library copies the strings that it writes, some of them secret,
/// into its tree and into buffers that grow.
template<class T>
struct WipingAllocator {
    using value_type = T;

    WipingAllocator() = default;

    template<class U>
    WipingAllocator(const WipingAllocator<U>&) noexcept {}

    T* allocate(std::size_t count) { return std::allocator<T>().allocate(count); }

    void deallocate(T* items, std::size_t count) noexcept {
        OPENSSL_cleanse(items, count * sizeof(T));
        std::allocator<T>().deallocate(items, count);
    }

    friend bool operator==(const WipingAllocator&, const WipingAllocator&) = default;
};

using Text = std::basic_string<char, std::char_traits<char>, WipingAllocator<char>>;
using Tree = nlohmann::basic_json<
    nlohmann::ordered_map,
    std::vector,
    Text,
    bool,
    std::int64_t,
    std::uint64_t,
    double,
    WipingAllocator>;

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
        return Text(std::string_view(*text));
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
            members[Text(std::string_view(key))] = convert(member);
        }
        return members;
    }
    return nullptr;
}

/// What a text that JSON allows begins with is better written as its number: in a string, the only
/// place for it, that comes to the same.
struct Numbered {
    std::size_t length = 0; // in bytes, of what is replaced
    std::string text;
};

std::optional<Numbered> numbered(std::string_view text) {
    constexpr std::string_view command = "##["; // to the runner of a CI job, in its log
    if (text.starts_with(command)) {
        return Numbered{command.size(), "##\\u005b"};
    }
    const auto character = first_character(text);
    if (!character || character->code < 0x7F ||
        !(is_control(character->code) || is_unseen(character->code))) {
        return std::nullopt; // nlohmann-json sees to what is below
    }
    constexpr std::uint32_t beyond = 0x10000;
    const auto code = static_cast<std::uint32_t>(character->code);
    return Numbered{
        character->length,
        code < beyond ? fmt::format("\\u{:04x}", code)
                      : fmt::format(
                            "\\u{:04x}\\u{:04x}",
                            0xD800 + ((code - beyond) >> 10U),
                            0xDC00 + ((code - beyond) & 0x3FFU)
                        )};
}

/// Nothing that steers a terminal, deceives the eye, or is a command to a runner.
std::string inert(std::string_view text) {
    std::size_t size = text.size();
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (const auto number = numbered(text.substr(at))) {
            size += number->text.size() - number->length;
        }
    }
    std::string out;
    out.reserve(size); // so that it never moves
    for (std::size_t at = 0; at < text.size();) {
        const auto number = numbered(text.substr(at));
        out += number ? std::string_view(number->text) : text.substr(at, 1);
        at += number ? number->length : 1;
    }
    return out;
}

} // namespace

std::string dump(const Value& value, Style style) {
    const int indent = style == Style::indented ? 2 : -1;
    const Text text = convert(value).dump(indent, ' ', false, Tree::error_handler_t::replace);
    return inert(text);
}

} // namespace pveform::json
