#include "desired/fields.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "desired/known_names.hpp"

namespace pveform::desired {

namespace {

using document::Value;

constexpr std::string_view letters_and_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::size_t max_email_characters = 254;
constexpr UnixSeconds too_late = UnixSeconds(1) << 53U;

/// One or more characters out of `characters`, in parts joined by single dots.
bool is_dotted(std::string_view text, std::string_view characters) {
    const bool ends_are_full = !text.empty() && text.front() != '.' && text.back() != '.';
    return ends_are_full && !text.contains("..") &&
           text.find_first_not_of(std::string(characters) + ".") == std::string_view::npos;
}

/// Mirrors pve-common: src/PVE/JSONSchema.pm, format `email`, less what is beyond ASCII.
bool is_email(std::string_view text) {
    const std::size_t at = text.rfind('@');
    return at != std::string_view::npos &&
           is_dotted(text.substr(0, at), std::string(letters_and_digits) + "_+-~") &&
           is_dotted(text.substr(at + 1), std::string(letters_and_digits) + "-");
}

/// What to write instead of the number that PVE stores.
std::string date_for(std::string_view number) {
    const auto seconds = parse_integer<UnixSeconds>(number);
    if (seconds == 0) {
        return "write `never`";
    }
    if (!seconds || *seconds >= too_late) {
        return "PVE would accept the number and then drop the whole entry; write a date, or "
               "`never`";
    }
    return *seconds > 0 ? fmt::format("write it as a date: {}", format_time(*seconds))
                        : std::string("write a date, or `never`");
}

/// With a 0 for each digit.
std::string shape_of(std::string_view text) {
    std::string shape(text);
    std::ranges::replace_if(
        shape, [](char c) { return decimal_digits.contains(c); }, '0'
    );
    return shape;
}

/// A year, a month and a day, or a time as well, that the calendar does not have.
bool is_beyond_calendar(std::string_view text) {
    static constexpr std::string_view date = "0000-00-00";
    const std::string shape = shape_of(text);
    if (!shape.starts_with(date)) {
        return false;
    }
    const std::string time = shape.substr(date.size());
    return !parse_time(text.substr(0, date.size())) || time == "T00:00:00Z" ||
           time == "T00:00:00+00:00" || time == "T00:00:00-00:00";
}

/// `2027-6-3` with two digits for month and day.
std::string with_two_digits(std::string_view text) {
    const std::size_t end = std::min(text.find_first_of("Tt "), text.size());
    std::vector<std::string> parts = split(text.substr(0, end), "-");
    for (std::string& part : parts) {
        part.insert(0, part.size() == 1 ? "0" : "");
    }
    return join(parts, "-") + std::string(text.substr(end));
}

/// The time that was meant by one that is not written to the end, or to the letter.
std::optional<std::string> meant_time(std::string_view text) {
    std::string whole = with_two_digits(text);
    const std::size_t point = std::min(whole.find_first_of(".,"), whole.size());
    const std::size_t behind = whole.find_first_not_of(decimal_digits, point + 1);
    whole.erase(point, std::min(behind, whole.size()) - point);
    for (const std::string_view end : {"", "Z", ":00Z"}) {
        const std::string candidate = whole + std::string(end);
        if (parse_time(candidate)) {
            return candidate;
        }
    }
    return std::nullopt;
}

/// What to write instead of a text that is no time.
std::string help_for_time(std::string_view text) {
    static constexpr std::string_view forms =
        "write a date (`2027-06-30`), a time (`2027-06-30T12:00:00Z`), or `never`";
    if (to_lower(text) == "never") {
        return "write `never`";
    }
    if (parse_duration(text)) {
        return fmt::format("a length of time is the `lifetime` of a token; {}", forms);
    }
    const auto meant = is_beyond_calendar(text) ? std::nullopt : meant_time(text);
    if (!meant) {
        return std::string(forms);
    }
    const bool has_zone = !meant->ends_with('Z') || text.ends_with('Z') || text.ends_with('z');
    const bool has_fraction = text.find_first_of(".,") != std::string_view::npos;
    return fmt::format(
        "write `{}`{}{}",
        *meant,
        has_zone ? "" : ", or `+02:00` for `Z`: a time needs its zone",
        has_fraction ? "; PVE counts whole seconds" : ""
    );
}

void refuse_expiry(const Value& value, const std::optional<std::string>& text) {
    if (!text) {
        value.refuse_type("a date, a time or `never`", help_for_time(""));
    } else if (!text->empty() && text->find_first_not_of("0123456789") == std::string::npos) {
        value.refuse_type("a date, a time or `never`", date_for(*text));
    } else {
        value.refuse(
            fmt::format(
                "{}: `{}` is {}",
                value.name(),
                printable(*text),
                is_beyond_calendar(*text) ? "no date that exists" : "not written as a date"
            ),
            help_for_time(*text)
        );
    }
}

/// A number with a unit that is no duration is zero or beyond what PVE's times can hold.
void refuse_duration(const Value& value, std::string_view text) {
    const std::size_t unit = text.find_first_not_of("0123456789");
    const bool has_form = unit != std::string_view::npos && unit != 0 && unit + 1 == text.size() &&
                          text.find_first_of("smhdw") == unit;
    if (!has_form) {
        value.refuse_type("a length of time", "write it with a unit: `90d`, `12h`, `30m`, `45s`");
    } else if (text.find_first_not_of('0') == unit) {
        value.refuse(
            fmt::format("{} cannot be zero", value.name()),
            "write how long, `90d` for instance; what shall have no end has `expire: never`"
        );
    } else {
        value.refuse(
            fmt::format("{} is too long: `{}`", value.name(), text),
            "a thousand years (`365000d`) are the most; what shall have no end has `expire: never`"
        );
    }
}

} // namespace

std::optional<std::string> read_text(const Value& value, std::size_t max_characters) {
    auto text = value.as_string();
    if (!text) {
        return std::nullopt;
    }
    if (*text == "0") {
        value.refuse(
            fmt::format("{} cannot be `0`", value.name()),
            "PVE takes this one value for nothing and drops it; write other words"
        );
        return std::nullopt;
    }
    if (text->starts_with(' ') || text->ends_with(' ')) {
        value.refuse(
            fmt::format("{} begins or ends with a blank", value.name()),
            fmt::format("PVE drops such blanks; write \"{}\"", printable(trim(*text, " ")))
        );
        return std::nullopt;
    }
    const std::size_t characters = display_width(*text);
    if (max_characters > 0 && characters > max_characters) {
        value.refuse(fmt::format(
            "{} is too long: {} of at most {} characters", value.name(), characters, max_characters
        ));
        return std::nullopt;
    }
    return text;
}

std::optional<std::string> read_email(const Value& value) {
    auto text = read_text(value, max_email_characters);
    if (text && !text->empty() && !is_email(*text)) {
        value.refuse(
            fmt::format("`{}` is not an e-mail address that PVE takes", printable(*text)),
            "ASCII letters, digits and `.+-_~` before the `@`, a domain behind it"
        );
        return std::nullopt;
    }
    return text;
}

std::optional<std::string> read_word(const Value& value) {
    auto text = value.as_string();
    if (text && text->empty()) {
        value.refuse(fmt::format("{} is empty", value.name()));
        return std::nullopt;
    }
    return text;
}

std::optional<Expiry> read_expiry(const Value& value) {
    const auto text = value.scalar_text();
    if (text == "never") {
        return Expiry::never();
    }
    const auto seconds = text ? parse_time(*text) : std::nullopt;
    if (!seconds) {
        refuse_expiry(value, text);
        return std::nullopt;
    }
    // 0 means never to PVE, and the next seconds are marks of what a run did not finish.
    if (*seconds <= Expiry::suspended().seconds) {
        value.refuse(
            fmt::format("{} must be later than 1970-01-01", value.name()),
            "for what should have ended already any later date in the past will do"
        );
        return std::nullopt;
    }
    return Expiry{*seconds};
}

std::optional<std::chrono::seconds> read_duration(const Value& value) {
    const auto text = value.scalar_text();
    const auto duration = text ? parse_duration(*text) : std::nullopt;
    if (!duration) {
        refuse_duration(value, text.value_or(""));
    }
    return duration;
}

std::optional<std::size_t> read_count(const Value& value) {
    const auto number = value.as_integer();
    if (!number) {
        return std::nullopt;
    }
    if (*number < 0) {
        value.refuse(fmt::format("{} cannot be below zero", value.name()));
        return std::nullopt;
    }
    return static_cast<std::size_t>(*number);
}

std::optional<Privilege> read_privilege(const Value& value) {
    auto text = read_word(value);
    if (!text) {
        return std::nullopt;
    }
    if (text->find_first_of(" ,;\t\n") != std::string::npos) {
        value.refuse(
            fmt::format("`{}` is not a privilege", printable(*text)), "write one privilege an item"
        );
        return std::nullopt;
    }
    if (const auto meant = mistyped_privilege(*text)) {
        value.refuse(
            fmt::format("unknown privilege `{}`", printable(*text)),
            fmt::format("did you mean `{}`?", *meant)
        );
        return std::nullopt;
    }
    return Privilege{std::move(*text)};
}

std::optional<PathGlob> read_path_glob(const Value& value) {
    auto text = value.as_string();
    if (!text) {
        return std::nullopt;
    }
    static constexpr std::string_view characters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_/*?";
    if (!text->starts_with('/') || text->find_first_not_of(characters) != std::string::npos) {
        value.refuse(
            fmt::format("`{}` is not a pattern of ACL paths", printable(*text)),
            "it begins with `/`; `*` and `?` stand within one component, `/**` for all below"
        );
        return std::nullopt;
    }
    for (const std::string& component : split(*text, "/")) {
        if (component != "**" && component.contains("**")) {
            value.refuse(
                fmt::format("`{}`: `**` stands alone between slashes", printable(*text)),
                "`/vms/*` is everything right below, `/vms/**` also the path itself and deeper ones"
            );
            return std::nullopt;
        }
    }
    return PathGlob{std::move(*text)};
}

std::optional<Glob> read_principal_glob(const Value& value) {
    auto text = read_word(value);
    if (!text) {
        return std::nullopt;
    }
    const bool can_match = text->contains('@') || text->ends_with('*');
    if (!can_match || text->find_first_of(" \t\n:/") != std::string::npos) {
        value.refuse(
            fmt::format("`{}` is neither user, token nor group", printable(*text)),
            "write a user `alice@pve`, a token `alice@pve!ci`, or a group `@ops`; `*` and `?` are "
            "wildcards"
        );
        return std::nullopt;
    }
    return Glob{std::move(*text)};
}

std::optional<std::filesystem::path> read_path(const Value& value) {
    const auto text = read_word(value);
    if (!text) {
        return std::nullopt;
    }
    const std::filesystem::path folder =
        std::filesystem::path(value.span().file->name()).parent_path();
    return (folder / *text).lexically_normal();
}

std::optional<std::vector<std::string>> read_command(const Value& value) {
    const auto items = value.as_list();
    if (!items) {
        return std::nullopt;
    }
    if (items->empty()) {
        value.refuse(fmt::format("{} names no program", value.name()));
        return std::nullopt;
    }
    std::vector<std::string> words;
    for (const Value& item : *items) {
        auto word = words.empty() ? read_word(item) : item.as_string();
        if (!word) {
            return std::nullopt;
        }
        words.push_back(std::move(*word));
    }
    return words;
}

void refuse_choice(
    const Value& value, const std::string& text, const std::vector<std::string>& words
) {
    const auto match = closest_match(text, words);
    value.refuse(
        fmt::format("{} cannot be `{}`", value.name(), printable(text)),
        match ? fmt::format("did you mean `{}`?", *match)
              : fmt::format("it takes: {}", join(words, ", "))
    );
}

Error& refuse_second(
    document::Problems& problems, std::string_view what, const Span& second, const Span& first
) {
    Error& error =
        problems.add(fmt::format("{} is declared twice", what), second, "keep one of the two");
    error.related.push_back({first, "first declared here"});
    return error;
}

} // namespace pveform::desired
