#include "base/written_secrets.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "base/text.hpp"

namespace pveform {

namespace {

constexpr std::string_view key_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.";

bool is_blank(std::string_view line) {
    return trim(line).empty();
}

/// Where the text of a line begins; the dashes of a list count as blanks.
std::size_t indent_of(std::string_view line) {
    return std::min(line.find_first_not_of(" \t-"), line.size());
}

/// `key:` at the beginning, and perhaps a value.
bool begins_with_key(std::string_view text) {
    const std::size_t colon = text.find(':');
    return colon != std::string_view::npos && colon > 0 &&
           (colon + 1 == text.size() || text[colon + 1] == ' ') &&
           trim(text.substr(0, colon), " \"'").find_first_not_of(key_characters) ==
               std::string_view::npos;
}

/// `{ env: …`, a map on the same line.
bool begins_map(std::string_view text) {
    return text.starts_with('{') && begins_with_key(trim(text.substr(1)));
}

/// What stands behind the `:` of a secret's key that is no map, without a comment; empty where
/// nothing does.
std::optional<std::string_view> value_of_secret_key(std::string_view line) {
    for (std::size_t colon = line.find(':'); colon != std::string_view::npos;
         colon = line.find(':', colon + 1)) {
        const std::string_view before = trim(line.substr(0, colon), " \t\"'");
        const std::size_t last_other = before.find_last_not_of(key_characters);
        const std::string_view key =
            last_other == std::string_view::npos ? before : before.substr(last_other + 1);
        const std::string_view value = trim(line.substr(colon + 1));
        if (is_secret_key(key) && !begins_map(value)) {
            return value.starts_with('#') ? std::string_view() : value;
        }
    }
    return std::nullopt;
}

} // namespace

bool is_secret_key(std::string_view key) {
    const std::string word = to_lower(key);
    return word.ends_with("password") || word == "secret" || word == "token";
}

bool may_hold_secret(const SourceFile& file, std::size_t line) {
    const std::string_view text = file.line(line);
    if (const auto value = value_of_secret_key(text); value && !value->empty()) {
        return true;
    }
    std::size_t indent = indent_of(text);
    const bool is_entry = begins_with_key(text.substr(indent));
    for (std::size_t above = line; above > 1 && indent > 0;) {
        const std::string_view outer = file.line(--above);
        if (is_blank(outer) || indent_of(outer) >= indent) {
            continue;
        }
        indent = indent_of(outer);
        if (const auto value = value_of_secret_key(outer)) {
            return !value->empty() || !is_entry;
        }
    }
    return false;
}

} // namespace pveform
