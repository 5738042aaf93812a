// Source texts and places in them, so that an error can point at what the user wrote.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pveform {

/// A text that somebody wrote, with its name as it should be shown and an index of its lines.
class SourceFile {
public:
    SourceFile(std::string name, std::string text);

    [[nodiscard]] const std::string& name() const { return name_; }

    [[nodiscard]] std::string_view text() const { return text_; }

    /// The line without its line end; `number` is 1-based. Empty beyond the last line.
    [[nodiscard]] std::string_view line(std::size_t number) const;

private:
    std::string name_;
    std::string text_;
    std::vector<std::size_t> line_starts_;
};

/// A place in a source file. `line` and `column` are 1-based, columns and `length` count bytes.
/// A default-constructed span is "nowhere".
struct Span {
    std::shared_ptr<const SourceFile> file;
    std::size_t line = 0;
    std::size_t column = 0;
    std::size_t length = 0;

    explicit operator bool() const { return file != nullptr; }

    /// `file.yaml:14`; empty for nowhere.
    [[nodiscard]] std::string file_and_line() const;
};

} // namespace pveform
