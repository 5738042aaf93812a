#include "json/write.hpp"

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>
#include <openssl/crypto.h>

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

/// In the log of a CI job, `##[` begins a command to its runner. In JSON it can only stand in a
/// string, where a bracket can as well be written as its number.
std::string without_commands(std::string_view text) {
    constexpr std::string_view command = "##[";
    constexpr std::string_view inert = "##\\u005b";
    std::size_t count = 0;
    for (auto at = text.find(command); at != std::string_view::npos;
         at = text.find(command, at + 1)) {
        ++count;
    }
    std::string out;
    out.reserve(text.size() + count * (inert.size() - command.size())); // so that it never moves
    while (count-- > 0) {
        const std::size_t at = text.find(command);
        out += text.substr(0, at);
        out += inert;
        text.remove_prefix(at + command.size());
    }
    return out += text;
}

} // namespace

std::string dump(const Value& value, Style style) {
    const int indent = style == Style::indented ? 2 : -1;
    const Text text = convert(value).dump(indent, ' ', false, Tree::error_handler_t::replace);
    return without_commands(text);
}

} // namespace pveform::json
