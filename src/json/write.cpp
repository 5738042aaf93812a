#include "json/write.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/secret.hpp"
#include "base/text.hpp"

namespace pveform::json {

namespace {

constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

/// The length of the UTF-8 sequence that `text` begins with; 0 if it begins with none.
std::size_t sequence_length(std::string_view text) {
    for (std::size_t length = 1; length <= 4 && length <= text.size(); ++length) {
        if (is_utf8(text.substr(0, length))) {
            return length;
        }
    }
    return 0;
}

class Writer {
public:
    explicit Writer(Style style) : style_(style) {}

    void write(const Value& value) {
        if (const auto* boolean = value.as_bool()) {
            put(*boolean ? "true" : "false");
        } else if (const auto* integer = value.as_int()) {
            put_number(*integer);
        } else if (const auto* natural = value.as_uint()) {
            put_number(*natural);
        } else if (const auto* real = value.as_double()) {
            put_real(*real);
        } else if (const auto* text = value.as_string()) {
            put_string(*text);
        } else if (const auto* array = value.as_array()) {
            put_items('[', ']', *array, [&](const Value& item) { write(item); });
        } else if (const auto* object = value.as_object()) {
            put_items('{', '}', *object, [&](const auto& member) {
                put_string(member.first);
                put(style_ == Style::indented ? ": " : ":");
                write(member.second);
            });
        } else {
            put("null");
        }
    }

    std::string take() && { return std::move(out_); }

private:
    void put(std::string_view text) { append_wiping(out_, text); }

    void put(char byte) { put(std::string_view(&byte, 1)); }

    template<class Number>
    void put_number(Number number) {
        std::array<char, 32> digits; // NOLINT: written by to_chars
        const auto end = std::to_chars(digits.begin(), digits.end(), number).ptr;
        put({digits.data(), static_cast<std::size_t>(end - digits.data())});
    }

    /// The shortest text that reads back as the same number, and as one with a fraction.
    void put_real(double number) {
        if (!std::isfinite(number)) {
            put("null");
            return;
        }
        const std::size_t begin = out_.size();
        put_number(number);
        if (std::string_view(out_).substr(begin).find_first_of(".e") == std::string_view::npos) {
            put(".0");
        }
    }

    void put_string(std::string_view text) {
        put('"');
        while (!text.empty()) {
            const std::size_t length = sequence_length(text);
            if (length == 0) {
                put(replacement_character);
            } else if (length == 1) {
                put_ascii(text.front());
            } else {
                put(text.substr(0, length));
            }
            text.remove_prefix(std::max<std::size_t>(length, 1));
        }
        put('"');
    }

    void put_ascii(char byte) {
        constexpr std::string_view special = "\"\\\b\f\n\r\t";
        constexpr std::string_view letters = "\"\\bfnrt";
        constexpr std::string_view hexadecimal = "0123456789abcdef";
        if (const auto found = special.find(byte); found != std::string_view::npos) {
            put('\\');
            put(letters[found]);
        } else if (const auto code = static_cast<unsigned char>(byte); code < 0x20) {
            put("\\u00");
            put(hexadecimal[code >> 4U]);
            put(hexadecimal[code & 0xFU]);
        } else {
            put(byte);
        }
    }

    template<class Items, class PutItem>
    void put_items(char open, char close, const Items& items, PutItem put_item) {
        put(open);
        ++depth_;
        bool first = true;
        for (const auto& item : items) {
            if (!std::exchange(first, false)) {
                put(',');
            }
            put_line_break();
            put_item(item);
        }
        --depth_;
        if (!items.empty()) {
            put_line_break();
        }
        put(close);
    }

    void put_line_break() {
        if (style_ == Style::indented) {
            put('\n');
            put(std::string(2 * depth_, ' '));
        }
    }

    Style style_;
    std::string out_;
    std::size_t depth_ = 0;
};

} // namespace

std::string dump(const Value& value, Style style) {
    Writer writer(style);
    writer.write(value);
    return std::move(writer).take();
}

} // namespace pveform::json
