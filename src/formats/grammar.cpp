#include "formats/grammar.hpp"

#include <algorithm>
#include <clocale>
#include <cwctype>

#include <fmt/format.h>

#include "base/text.hpp"

namespace pveform::formats {

namespace {

constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view name_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";
constexpr std::size_t min_user_id_length = 3;
constexpr std::size_t max_user_id_length = 64;
constexpr std::size_t max_pool_levels = 3;

bool only(std::string_view characters, std::string_view text) {
    return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

bool is_user_id_form(std::string_view text, Blanks blanks) {
    const std::size_t at = text.rfind('@');
    if (at == std::string_view::npos || at == 0) {
        return false;
    }
    const std::string_view name = text.substr(0, at);
    return is_realm_or_token_name(text.substr(at + 1)) && !name.contains(':') &&
           !name.contains('/') && !has_blank(name, blanks);
}

/// A letter or digit of any script, as Perl's `[[:alnum:]]` takes decoded text. Such characters are
/// rare and PVE handles them badly, so the C library's idea of them is near enough.
bool is_wide_letter(std::string_view character) {
    static const locale_t unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    std::uint32_t point = static_cast<unsigned char>(character.front());
    point &= 0xFFU >> (character.size() + 1);
    for (const char c : character.substr(1)) {
        point = point << 6U | (static_cast<unsigned char>(c) & 0x3FU);
    }
    return unicode != nullptr && iswalnum_l(static_cast<wint_t>(point), unicode) != 0;
}

/// Whether all of the text is made of these ASCII characters and of letters beyond ASCII.
bool only_or_wide_letters(std::string_view characters, std::string_view text) {
    while (!text.empty()) {
        std::size_t size = 1;
        while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80) {
            ++size;
        }
        const bool fits =
            size == 1 ? characters.contains(text.front()) : is_wide_letter(text.substr(0, size));
        if (!fits) {
            return false;
        }
        text.remove_prefix(size);
    }
    return true;
}

/// Parts between dots, none of them empty.
template<class F>
bool all_dotted_parts(std::string_view text, F is_part) {
    while (true) {
        const std::size_t dot = text.find('.');
        if (!is_part(text.substr(0, dot))) {
            return false;
        }
        if (dot == std::string_view::npos) {
            return true;
        }
        text.remove_prefix(dot + 1);
    }
}

} // namespace

bool is_realm_or_token_name(std::string_view text) {
    return text.size() >= 2 && letters.contains(text.front()) && only(name_characters, text);
}

Complaint check_user_id(std::string_view text, Blanks blanks) {
    if (!is_true(text)) {
        text = {}; // PVE takes `0` for nothing
    }
    const std::size_t characters = length(text);
    if (characters < min_user_id_length) {
        return fmt::format("user name '{}' is too short", text);
    }
    if (characters > max_user_id_length) {
        return fmt::format(
            "user name '{}' is too long ({} > {})", text, characters, max_user_id_length
        );
    }
    if (!is_user_id_form(text, blanks)) {
        return fmt::format("value '{}' does not look like a valid user name", text);
    }
    return std::nullopt;
}

Complaint check_token_id(std::string_view text, Blanks blanks) {
    const std::size_t mark = text.rfind('!');
    if (mark != std::string_view::npos && is_user_id_form(text.substr(0, mark), blanks) &&
        is_realm_or_token_name(text.substr(mark + 1))) {
        return std::nullopt;
    }
    return fmt::format("value '{}' does not look like a valid token ID", text);
}

Complaint check_group_id(std::string_view text, Release release) {
    // 8.2.1 to 9.0.4 of pve-access-control put one regular expression into another's brackets.
    const bool is_lax = release >= Release{8, 4} && release < Release{9, 2};
    const bool fits =
        is_lax ? only(std::string(name_characters) + "()?^:", text) : only(name_characters, text);
    if (!fits) {
        return fmt::format("group name '{}' contains invalid characters", text);
    }
    return std::nullopt;
}

Complaint check_role_id(std::string_view text) {
    if (!only(name_characters, text)) {
        return fmt::format("role name '{}' contains invalid characters", text);
    }
    return std::nullopt;
}

Complaint check_pool_id(std::string_view text) {
    std::string_view counted = text;
    while (counted.ends_with('/')) {
        counted.remove_suffix(1);
    }
    if (!counted.empty() &&
        static_cast<std::size_t>(std::ranges::count(counted, '/')) >= max_pool_levels) {
        return fmt::format("pool name '{}' nested too deeply (max levels = 3)", text);
    }
    bool fits = true;
    for (std::string_view rest = text;;) {
        const std::size_t slash = rest.find('/');
        fits = fits && only(name_characters, rest.substr(0, slash));
        if (slash == std::string_view::npos) {
            break;
        }
        rest.remove_prefix(slash + 1);
    }
    if (!fits) {
        return fmt::format("pool name '{}' contains invalid characters", text);
    }
    return std::nullopt;
}

Complaint check_realm(std::string_view text) {
    if (!is_realm_or_token_name(text)) {
        return "value does not look like a valid realm";
    }
    return std::nullopt;
}

Complaint check_guest_id(std::string_view text) {
    if (!only(decimal_digits, text) || text.front() == '0' || text.size() < 3 || text.size() > 9) {
        return "value does not look like a valid VM ID";
    }
    return std::nullopt;
}

Complaint check_storage_id(std::string_view text, Release release) {
    const bool is_short = length(text) < 2;
    if (is_short && release >= Release{9, 2}) {
        return fmt::format("storage ID '{}' cannot be shorter than 2 characters", text);
    }
    const bool ends_well =
        !is_short && (letters.contains(text.back()) || decimal_digits.contains(text.back()));
    if (!ends_well || !letters.contains(text.front()) || !only(name_characters, text)) {
        return fmt::format("storage ID '{}' contains illegal characters", text);
    }
    return std::nullopt;
}

Complaint check_email(std::string_view text) {
    constexpr std::string_view user_characters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-~";
    constexpr std::string_view host_characters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";
    const std::size_t at = text.find('@');
    const bool fits = at != std::string_view::npos &&
                      all_dotted_parts(
                          text.substr(0, at),
                          [&](std::string_view part) {
                              return !part.empty() && only_or_wide_letters(user_characters, part);
                          }
                      ) &&
                      all_dotted_parts(text.substr(at + 1), [&](std::string_view part) {
                          return only(host_characters, part);
                      });
    if (!fits) {
        return "value does not look like a valid email address";
    }
    return std::nullopt;
}

std::string_view realm_of(std::string_view user_id) {
    const std::size_t at = user_id.rfind('@');
    const std::string_view realm =
        at == std::string_view::npos ? std::string_view() : user_id.substr(at + 1);
    return is_realm_or_token_name(realm) ? realm : std::string_view();
}

std::optional<std::string> normalize_path(std::string_view text, Blanks blanks) {
    if (!is_true(text)) {
        return std::nullopt;
    }
    std::string path = "/" + join(split(text, "/"), "/");
    const std::string_view rest = path;
    const std::string characters = std::string(name_characters) + "/";
    const bool fits =
        blanks == Blanks::unicode ? only_or_wide_letters(characters, rest) : only(characters, rest);
    if (!fits) {
        return std::nullopt;
    }
    return path;
}

std::string tree_path(std::string_view normalized) {
    std::vector<std::string> components = split(normalized, "/");
    std::erase(components, "0");
    return "/" + join(components, "/");
}

} // namespace pveform::formats
