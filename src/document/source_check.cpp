#include "document/source_check.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>

#include <fmt/format.h>

#include "base/characters.hpp"
#include "base/text.hpp"
#include "base/written_secrets.hpp"
#include "document/brackets.hpp"

namespace pveform::document {

namespace {

/// Offset of the first character of a line that may not stand in YAML unescaped.
std::optional<std::size_t> control_character_in(std::string_view line) {
    for (std::size_t i = 0; i < line.size(); ++i) {
        const auto byte = static_cast<unsigned char>(line[i]);
        const auto next = i + 1 < line.size() ? static_cast<unsigned char>(line[i + 1]) : 0U;
        const bool c0 = (byte < 0x20 && byte != '\t') || byte == 0x7F;
        const bool c1 = byte == 0xC2 && next >= 0x80 && next <= 0x9F;
        if (c0 || c1) {
            return i;
        }
    }
    return std::nullopt;
}

std::size_t begin_of_line(std::string_view text, std::size_t offset) {
    return offset == 0 ? 0 : text.rfind('\n', offset - 1) + 1; // 0 where there is none before
}

std::string_view line_from(std::string_view text, std::size_t begin) {
    return text.substr(begin, text.find_first_of("\r\n", begin) - begin);
}

/// The text from `offset` to the next character that cannot belong to one word.
std::string_view word_at(std::string_view text, std::size_t offset) {
    const std::string_view rest = text.substr(offset);
    return rest.substr(0, rest.find_first_of(" \t\r\n,[]{}"));
}

/// A bracket that closes another than was opened.
std::optional<Explained> explain_wrong_end(std::string_view text, std::size_t offset) {
    const char wrong = text[offset];
    const auto open = bracket_around(text, offset);
    if (!open) {
        return Explained{
            fmt::format("nothing is open that `{}` could close", wrong),
            "leave it out, or quote the value that it belongs to",
        };
    }
    if (open->closing() == wrong) {
        return std::nullopt;
    }
    const auto [line, column] = line_and_column(text, open->offset);
    return Explained{
        fmt::format(
            "a `{}` here, but `{}` was opened at {}:{}", wrong, open->opening, line, column
        ),
        fmt::format("write the `{}` that is missing before it", open->closing()),
    };
}

/// Something else than a comma or the end, behind an item between brackets.
Explained explain_unfinished(std::string_view text, std::size_t offset, char opening) {
    const auto open = bracket_around(text, offset);
    if (!open || open->opening != opening) {
        return {
            fmt::format("a `{}` is never closed", opening),
            "check brackets and commas before this place",
        };
    }
    if (open->is_closed) {
        return {
            fmt::format("a `,` or `{}` is missing before this", open->closing()),
            "what stands between brackets is divided by commas; quote a text that holds `: `",
        };
    }
    const auto [line, column] = line_and_column(text, offset);
    return {
        fmt::format("this `{}` is never closed", opening),
        fmt::format(
            "write `{}` where it ends; it cannot go on as it does at {}:{}",
            open->closing(),
            line,
            column
        ),
        open->offset,
    };
}

/// `key:value` in the line above: together with this line's key it would be one text.
std::optional<Explained>
explain_missing_blank(const SourceFile& source, std::size_t offset, std::size_t line_number) {
    const std::string_view text = source.text();
    std::size_t begin = begin_of_line(text, offset);
    if (text.substr(begin, offset - begin).contains(": ")) {
        return std::nullopt; // the mistake is here
    }
    std::string_view line;
    while (begin > 0 && (line.empty() || line.starts_with('#'))) {
        begin = begin_of_line(text, begin - 1);
        --line_number;
        line = trim(line_from(text, begin), " \t-");
    }
    const std::size_t colon = line.find(':');
    const bool is_key = colon != std::string_view::npos && colon > 0 && colon + 1 < line.size() &&
                        !line.substr(0, colon).contains(' ') &&
                        !std::string_view(" \t").contains(line[colon + 1]) &&
                        !line.substr(colon + 1).starts_with("//");
    if (!is_key) {
        return std::nullopt;
    }
    Explained explained =
        may_hold_secret(source, line_number)
            ? explain_written_secret("password")
            : Explained{
                  fmt::format("no blank behind `{}:`", printable(line.substr(0, colon))),
                  "put a blank behind `:`, so that a value follows a key",
              };
    explained.offset = static_cast<std::size_t>(line.data() - text.data()) + colon;
    return explained;
}

/// The number that four characters of base 16 behind `\u` are; nothing for anything else.
std::optional<std::uint32_t> number_of_escape(std::string_view escape) {
    std::uint32_t number = 0;
    const std::string_view digits =
        escape.substr(0, 6).substr(std::min<std::size_t>(2, escape.size()));
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
    const bool is_good =
        escape.starts_with("\\u") && digits.size() == 4 && end == digits.data() + digits.size();
    return is_good && error == std::errc() ? std::optional(number) : std::nullopt;
}

/// What is wrong with the escape that ends at `offset`.
std::optional<Explained>
explain_escape(std::string_view text, const std::string& message, std::size_t offset) {
    const std::size_t begin = text.substr(0, offset).rfind('\\');
    if (begin == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view escape = text.substr(begin, offset - begin);
    if (message.starts_with("unknown escape")) {
        const auto character = first_character(text.substr(begin + 1));
        return Explained{
            fmt::format(
                "`\\{}` is no escape",
                printable(text.substr(begin + 1, character ? character->length : 0))
            ),
            "write `\\\\` for a backslash; between single quotes it stands for itself",
            begin,
        };
    }
    if (message.starts_with("bad character")) {
        return Explained{
            fmt::format("`{}` has too few digits", printable(escape)),
            "`\\x` takes two digits of base 16, `\\u` four, `\\U` eight",
            begin,
        };
    }
    const auto high = number_of_escape(escape);
    if (!high) {
        return Explained{fmt::format("`{}` is no character", printable(escape)), {}, begin};
    }
    const auto low = number_of_escape(text.substr(offset));
    const bool is_pair = *high < 0xDC00 && low && (*low & 0xFC00U) == 0xDC00;
    const std::uint32_t code =
        is_pair ? 0x10000U + ((*high & 0x3FFU) << 10U) + (*low & 0x3FFU) : 0x1F600U;
    return Explained{
        fmt::format("`{}` is half of a character", escape),
        fmt::format(
            "write the character itself, or {}`\\U{:08x}`",
            is_pair ? "" : "its whole number, such as ",
            code
        ),
        begin,
    };
}

std::optional<Explained> explain_layout(const std::string& message) {
    if (message == "illegal map value") {
        return Explained{
            "a `:` where no key can stand",
            "quote the value if it holds `: `; otherwise check the indentation",
        };
    }
    if (message == "illegal block entry") {
        return Explained{
            "a `- ` where no item can stand",
            "begin the list in the next line, or write it as `[…]`",
        };
    }
    if (message == "end of map not found") {
        return Explained{
            "this fits neither the value before it nor the map around it",
            "check the indentation: keys of one map begin in the same column",
        };
    }
    if (message == "end of sequence not found") {
        return Explained{
            "this fits neither the value before it nor the list around it",
            "check the indentation: items of one list begin in the same column",
        };
    }
    return std::nullopt;
}

/// What the parser itself says, with what the text around the place adds to it.
Explained explain_message(
    const SourceFile& source, const std::string& message, std::size_t offset, std::size_t line
) {
    const std::string_view text = source.text();
    std::optional<Explained> explained;
    if (message == "illegal map value" || message == "end of map not found") {
        explained = explain_missing_blank(source, offset, line);
    } else if (message == "illegal flow end" && offset < text.size()) {
        explained = explain_wrong_end(text, offset);
    } else if (message == "end of map flow not found") {
        explained = explain_unfinished(text, offset, '{');
    } else if (message == "end of sequence flow not found") {
        explained = explain_unfinished(text, offset, '[');
    } else if (message.starts_with("invalid unicode") || message.starts_with("unknown escape") ||
               message.starts_with("bad character found while scanning hex")) {
        explained = explain_escape(text, message, offset);
    }
    if (!explained) {
        explained = explain_layout(message);
    }
    return explained ? *explained : Explained{fmt::format("not YAML: {}", printable(message)), {}};
}

} // namespace

std::optional<Error> check_characters(const std::shared_ptr<const SourceFile>& source) {
    const auto lines = static_cast<std::size_t>(std::ranges::count(source->text(), '\n')) + 1;
    for (std::size_t number = 1; number <= lines; ++number) {
        const std::string_view line = source->line(number);
        if (!is_utf8(line)) {
            return Error{
                .kind = ErrorKind::document,
                .message = "this line is not UTF-8",
                .span = Span{source, number, 1, line.size()},
                .help = "save the file in the encoding UTF-8",
            };
        }
        if (const auto at = control_character_in(line)) {
            return Error{
                .kind = ErrorKind::document,
                .message = fmt::format(
                    "a control character (0x{:02X})", static_cast<unsigned char>(line[*at])
                ),
                .span = Span{source, number, *at + 1, 1},
                .help = "remove it; inside double quotes it can be written as an escape (`\\x1b`)",
            };
        }
    }
    return std::nullopt;
}

LineAndColumn line_and_column(std::string_view text, std::size_t offset) {
    const auto lines = std::ranges::count(text.substr(0, offset), '\n');
    return {static_cast<std::size_t>(lines) + 1, offset - begin_of_line(text, offset) + 1};
}

std::optional<std::size_t> end_of_quoted(std::string_view text, std::size_t begin) {
    const char quote = text[begin];
    for (std::size_t i = begin + 1; i < text.size(); ++i) {
        if (quote == '"' && text[i] == '\\') {
            ++i;
        } else if (quote == '\'' && text.substr(i).starts_with("''")) {
            ++i;
        } else if (text[i] == quote) {
            return i + 1;
        }
    }
    return std::nullopt;
}

Explained explain_written_secret(std::string_view key) {
    if (to_lower(key).ends_with("password")) {
        return {
            "a password must not stand in a document (it is not shown)",
            "write `initial_password: { env: NAME }`, or `file`, or `command`; and change this "
            "password",
        };
    }
    return {
        fmt::format(
            "`{}`: a secret must not stand in a document (it is not shown)", printable(key)
        ),
        "leave it out, and give the token another; the secrets of new tokens go where `secrets` "
        "says",
    };
}

Explained
explain_syntax_error(const SourceFile& source, const std::string& message, std::size_t offset) {
    const std::string_view text = source.text();
    const std::size_t line_number = line_and_column(text, offset).line;
    if (may_hold_secret(source, line_number)) {
        return explain_written_secret("password");
    }
    const std::string_view word = offset < text.size() ? word_at(text, offset) : "";
    if (word.starts_with('*')) {
        return {
            fmt::format("no anchor `&{}` stands before this alias", word.substr(1)),
            fmt::format("a value that begins with `*` is an alias; quote it: \"{}\"", word),
        };
    }
    if (!word.empty() && std::string_view("@`%").contains(word.front())) {
        return {
            fmt::format("a value cannot begin with `{}` unless it is quoted", word.front()),
            fmt::format("quote it: \"{}\"", word),
        };
    }
    const std::size_t begin = begin_of_line(text, offset);
    const std::string_view line = line_from(text, begin);
    const std::string_view indentation = line.substr(0, line.find_first_not_of(" \t"));
    if (const std::size_t tab = indentation.find('\t'); tab != std::string_view::npos) {
        return {"a tab in the indentation", "indent with blanks only", begin + tab};
    }
    return explain_message(source, message, offset, line_number);
}

} // namespace pveform::document
