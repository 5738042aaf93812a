#include "document/source_check.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/written_secrets.hpp"

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

std::string_view line_around(std::string_view text, std::size_t offset) {
    const std::size_t before = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
    const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
    return text.substr(begin, text.find('\n', begin) - begin);
}

/// The text from `offset` to the next character that cannot belong to one word.
std::string_view word_at(std::string_view text, std::size_t offset) {
    const std::string_view rest = text.substr(offset);
    return rest.substr(0, rest.find_first_of(" \t\r\n,[]{}"));
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
    const auto line_number =
        static_cast<std::size_t>(std::ranges::count(text.substr(0, offset), '\n')) + 1;
    if (may_hold_secret(source, line_number)) {
        return explain_written_secret("password");
    }
    const std::string_view word = offset < text.size() ? word_at(text, offset) : "";
    const std::string_view line = line_around(text, offset);
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
    const std::string_view indentation = line.substr(0, line.find_first_not_of(" \t"));
    if (const std::size_t tab = indentation.find('\t'); tab != std::string_view::npos) {
        return {"a tab in the indentation", "indent with blanks only", tab};
    }
    if (message == "illegal map value") {
        return {
            "a `:` where no key can stand",
            "quote the value if it holds `: `; otherwise check the indentation",
        };
    }
    if (message == "end of map not found") {
        return {
            "this fits neither the value before it nor the map around it",
            "check the indentation: keys of one map begin in the same column",
        };
    }
    if (message == "end of sequence not found") {
        return {
            "this fits neither the value before it nor the list around it",
            "check the indentation: items of one list begin in the same column",
        };
    }
    if (message == "end of map flow not found" || message == "end of sequence flow not found") {
        return {
            message.contains("map") ? "a `{` is never closed" : "a `[` is never closed",
            "check brackets and commas before this place",
        };
    }
    return {fmt::format("not YAML: {}", printable(message)), {}};
}

} // namespace pveform::document
