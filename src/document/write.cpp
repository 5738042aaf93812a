#include "document/write.hpp"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <iterator>

#include <fmt/format.h>

#include "base/characters.hpp"
#include "base/text.hpp"
#include "document/tree.hpp"

namespace pveform::document {

namespace {

constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t line_width = 100;
constexpr std::size_t longest_key = 1000; // readers of YAML stop at 1024

bool is_beyond_ascii(char c) {
    return static_cast<unsigned char>(c) >= 0x80;
}

bool contains(std::string_view characters, char c) {
    return characters.find(c) != std::string_view::npos;
}

/// What cannot stand in YAML as it is, or does not look like what it is.
bool is_special(const Character& character) {
    return is_control(character.code) || is_unseen(character.code);
}

bool has_special(std::string_view text) {
    while (const auto character = first_character(text)) {
        if (is_special(*character)) {
            return true;
        }
        text.remove_prefix(character->length);
    }
    return false;
}

/// `\x1b`, `\u202e`.
std::string escape(char32_t code) {
    const auto number = static_cast<std::uint32_t>(code);
    return number <= 0xFF     ? fmt::format("\\x{:02x}", number)
           : number <= 0xFFFF ? fmt::format("\\u{:04x}", number)
                              : fmt::format("\\U{:08x}", number);
}

/// Words and numbers to YAML 1.2, and to the readers of YAML 1.1 that are still everywhere: `no`,
/// `0x1F`, `1_000`, `12:30:45`, `2027-06-30`.
bool looks_like_no_string(std::string_view text) {
    if (Scalar{std::string(text), true}.type() != ScalarType::string) {
        return true;
    }
    static constexpr std::string_view number_characters = "0123456789abcdefABCDEFxXoOtTzZ.,_:+- ";
    if (contains(decimal_digits, text.front()) &&
        text.find_first_not_of(number_characters) == std::string_view::npos) {
        return true;
    }
    const std::string word = to_lower(text);
    const auto words = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"};
    return std::ranges::find(words, word) != words.end();
}

/// Whether nothing in it means something to YAML.
bool can_be_plain(std::string_view text, Place place) {
    if (text.empty() || text.ends_with(' ') || text.contains(": ") || text.contains(" #") ||
        text.ends_with(':')) {
        return false;
    }
    const char first = text.front();
    if (!contains(letters, first) && !contains(decimal_digits, first) && !contains("/_(", first) &&
        !is_beyond_ascii(first)) {
        return false;
    }
    const std::string_view marks =
        place == Place::block ? " -_./@!+~()=%;^*?$<>&|'\":#," : " -_./@!+~()=%;^*$";
    const bool all_harmless = std::ranges::all_of(text, [&](char c) {
        return contains(letters, c) || contains(decimal_digits, c) || contains(marks, c) ||
               is_beyond_ascii(c);
    });
    return all_harmless && !has_special(text) && !looks_like_no_string(text);
}

std::string in_quotes(std::string_view text) {
    std::string quoted = "\"";
    while (const auto character = first_character(text)) {
        if (text.front() == '"' || text.front() == '\\') {
            quoted += {'\\', text.front()};
        } else if (text.front() == '\n') {
            quoted += "\\n";
        } else if (text.front() == '\t') {
            quoted += "\\t";
        } else if (is_special(*character)) {
            quoted += escape(character->code);
        } else {
            quoted += text.substr(0, character->length);
        }
        text.remove_prefix(character->length);
    }
    return quoted + '"';
}

} // namespace

std::string scalar(std::string_view text, Place place) {
    return can_be_plain(text, place) ? std::string(text) : in_quotes(text);
}

bool fits_key(std::string_view text) {
    return scalar(text).size() <= longest_key;
}

std::string flow_list(const std::vector<std::string>& items) {
    std::vector<std::string> scalars;
    std::ranges::transform(items, std::back_inserter(scalars), [](const std::string& item) {
        return scalar(item, Place::flow);
    });
    return fmt::format("[{}]", join(scalars, ", "));
}

void Writer::line(std::string_view text) {
    text_.append(indent_, ' ').append(text) += '\n';
    if (!open_.empty()) {
        open_.back().is_empty = false;
    }
}

void Writer::comment(std::string_view text) {
    text_.append(indent_, ' ').append("# ").append(printable(text)) += '\n';
}

void Writer::open(std::string_view key) {
    line(scalar(key) + ":");
    open_.push_back({.end_of_key = text_.size() - 1});
    indent_ += indent_step;
}

void Writer::close() {
    if (open_.back().is_empty) {
        text_.insert(open_.back().end_of_key, " {}");
    }
    open_.pop_back();
    indent_ -= indent_step;
}

std::string Writer::take() && {
    while (!open_.empty()) {
        close();
    }
    return std::move(text_);
}

void Writer::string(std::string_view key, std::string_view value) {
    plain(key, scalar(value));
}

void Writer::plain(std::string_view key, std::string_view value) {
    line(fmt::format("{}: {}", scalar(key), value));
}

void Writer::strings(std::string_view key, const std::vector<std::string>& items) {
    const std::string on_one_line = fmt::format("{}: {}", scalar(key), flow_list(items));
    if (indent_ + display_width(on_one_line) <= line_width) {
        line(on_one_line);
        return;
    }
    std::vector<std::string> scalars;
    std::ranges::transform(items, std::back_inserter(scalars), [](const std::string& item) {
        return scalar(item, Place::flow);
    });
    this->items(key, scalars);
}

void Writer::items(std::string_view key, const std::vector<std::string>& items) {
    if (items.empty()) {
        plain(key, "[]");
        return;
    }
    open(key);
    for (const std::string& item : items) {
        line("- " + item);
    }
    close();
}

} // namespace pveform::document
