// Single values of a document. Each function gives nothing, and reports the value at its place,
// where it is not well-formed or PVE would lose or wreck it.
#pragma once

#include <chrono>
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

/// What PVE takes of a user.
inline constexpr std::size_t max_name_characters = 1024;
inline constexpr std::size_t max_comment_characters = 2048;

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

/// `90d`, `12h`.
[[nodiscard]] std::optional<std::chrono::seconds> read_duration(const document::Value& value);

/// Not below zero.
[[nodiscard]] std::optional<std::size_t> read_count(const document::Value& value);

/// One privilege. What no known PVE has and looks like a typing error is refused.
[[nodiscard]] std::optional<Privilege> read_privilege(const document::Value& value);

/// A pattern of ACL paths.
[[nodiscard]] std::optional<PathGlob> read_path_glob(const document::Value& value);

/// A pattern of principals as documents write them: `alice@pve`, `@ops-*`, `*@pve!*`.
[[nodiscard]] std::optional<Glob> read_principal_glob(const document::Value& value);

/// A relative path is relative to the folder of the file in which it stands.
[[nodiscard]] std::optional<std::filesystem::path> read_path(const document::Value& value);

/// A program and its arguments.
[[nodiscard]] std::optional<std::vector<std::string>> read_command(const document::Value& value);

/// Reports that something is said in two places.
Error& refuse_second(
    document::Problems& problems, std::string_view what, const Span& second, const Span& first
);

/// Reports a word that is none of `words`.
void refuse_choice(
    const document::Value& value, const std::string& text, const std::vector<std::string>& words
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

/// One of a few words.
template<class T>
[[nodiscard]] std::optional<T>
read_choice(const document::Value& value, const std::vector<std::pair<std::string, T>>& choices) {
    const auto text = value.as_string();
    if (!text) {
        return std::nullopt;
    }
    std::vector<std::string> words;
    for (const auto& [word, choice] : choices) {
        if (word == *text) {
            return choice;
        }
        words.push_back(word);
    }
    refuse_choice(value, *text, words);
    return std::nullopt;
}

/// The values of a list that are good.
template<class Read>
[[nodiscard]] auto read_list(const document::Value& value, Read read) {
    using Item = typename decltype(read(value))::value_type;
    std::vector<Declared<Item>> list;
    for (const document::Value& item : value.as_list().value_or(std::vector<document::Value>())) {
        if (auto parsed = read(item)) {
            list.push_back({std::move(*parsed), item.span()});
        }
    }
    return list;
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
