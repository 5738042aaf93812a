// YAML for people to read on: what export and init write. Every text that goes in comes back as
// itself from parse_yaml, and as a string from other readers of YAML, old ones included.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pveform::document {

/// Where a scalar stands: inside `[…]` and `{…}` fewer characters go without quotes.
enum class Place { block, flow };

/// A string as a scalar on one line: without quotes where no reader can take it for something else,
/// in double quotes elsewhere. `text` must be UTF-8.
[[nodiscard]] std::string scalar(std::string_view text, Place place = Place::block);

/// Whether it is short enough for a key of YAML as it is written, escapes included.
[[nodiscard]] bool fits_key(std::string_view text);

/// Lines from top to bottom. Values are single lines, but for lists that are too long for one.
class Writer {
public:
    /// `indent`: how deep the first line is.
    explicit Writer(std::size_t indent = 0) : indent_(indent) {}

    /// A line that readers skip; control characters and line ends are written out.
    void comment(std::string_view text);

    /// `key:`; what follows, to the `close`, is inside it. With nothing but comments inside it is
    /// an empty map.
    void open(std::string_view key);
    void close();

    void string(std::string_view key, std::string_view value);

    /// For what is no string, or a date: `true`, `2027-06-30`.
    void plain(std::string_view key, std::string_view value);

    /// `key: [a, b]`; an item a line where that is too long.
    void strings(std::string_view key, const std::vector<std::string>& items);

    /// `key:` and a line for each item, which is YAML already; `key: []` for none.
    void items(std::string_view key, const std::vector<std::string>& items);

    /// Closes what is still open.
    [[nodiscard]] std::string take() &&;

private:
    static constexpr std::size_t indent_step = 2;

    struct Level {
        std::size_t end_of_key; // in the text, behind the `:`
        bool is_empty = true;
    };

    void line(std::string_view text);

    std::size_t indent_;
    std::vector<Level> open_;
    std::string text_;
};

/// `[a, b]`, with each item as a scalar.
[[nodiscard]] std::string flow_list(const std::vector<std::string>& items);

} // namespace pveform::document
