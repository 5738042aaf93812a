// Single values of a document. Each function gives nothing, and reports the value at its place,
// where it is not well-formed or PVE would lose or wreck it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "desired/desired.hpp"
#include "document/reader.hpp"

namespace pveform::desired {

/// Text that PVE stores as it is: it drops blanks at either end and the value `0`, so these are
/// refused. `max_characters` 0: no limit.
[[nodiscard]] std::optional<std::string>
read_text(const document::Value& value, std::size_t max_characters = 0);

/// Empty, or what PVE takes for an address.
[[nodiscard]] std::optional<std::string> read_email(const document::Value& value);

/// A string that is not empty.
[[nodiscard]] std::optional<std::string> read_word(const document::Value& value);

/// A date, an RFC 3339 time, or `never`.
[[nodiscard]] std::optional<Expiry> read_expiry(const document::Value& value);

/// A relative path is relative to the folder of the file in which it stands.
[[nodiscard]] std::optional<std::filesystem::path> read_path(const document::Value& value);

/// A program and its arguments.
[[nodiscard]] std::optional<std::vector<std::string>> read_command(const document::Value& value);

/// Reports that something is said in two places.
Error& refuse_second(
    document::Problems& problems, std::string_view what, const Span& second, const Span& first
);

/// An id by its own grammar.
template<class Id>
[[nodiscard]] std::optional<Id> read_id(const document::Value& value) {
    const auto text = value.as_string();
    if (!text) {
        return std::nullopt;
    }
    auto id = Id::parse(*text);
    if (!id) {
        value.refuse(std::move(id).error());
        return std::nullopt;
    }
    return std::move(*id);
}

/// A list that names nothing twice, read item by item with `read`.
template<class Read>
[[nodiscard]] auto read_set(const document::Value& value, Read read) {
    using Item = typename decltype(read(value))::value_type;
    std::optional<std::map<Item, Span>> set;
    const auto items = value.as_list();
    if (!items) {
        return set;
    }
    set.emplace();
    for (const document::Value& item : *items) {
        auto parsed = read(item);
        if (!parsed) {
            continue;
        }
        const auto [first, is_new] = set->try_emplace(std::move(*parsed), item.span());
        if (!is_new) {
            item.refuse(fmt::format("`{}` stands twice in {}", *item.as_string(), value.name()))
                .related.push_back({first->second, "first here"});
        }
    }
    return set;
}

/// The value of an optional key. That it may be set already is because several files can speak of
/// the same map, which must not say the same thing twice.
template<class T, class Read>
void read_key(
    Optional<T>& field,
    document::MapReader& map,
    std::string_view key,
    document::Problems& problems,
    Read read
) {
    const auto value = map.optional(key);
    if (!value) {
        return;
    }
    if (field) {
        refuse_second(problems, fmt::format("`{}`", key), value->key_span(), field->span);
        return;
    }
    if (auto parsed = std::invoke(read, *value)) {
        field = Declared<T>{std::move(*parsed), value->span()};
    }
}

} // namespace pveform::desired
