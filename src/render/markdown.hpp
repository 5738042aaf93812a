// Markdown for places where it is shown to many, such as the comments of a pull request: text from
// elsewhere stays what it is, whatever it looks like.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pveform::render {

/// As code: no Markdown, no HTML, no links, and nobody is mentioned.
[[nodiscard]] std::string code_span(std::string_view text);

/// A sentence of ours with names between backticks. What could be more than plain words becomes
/// code.
[[nodiscard]] std::string sentence(std::string_view text);

/// Several lines as they are.
[[nodiscard]] std::string
code_block(const std::vector<std::string>& lines, std::string_view language);

inline constexpr std::string_view marker_beginning = "<!-- pveform:";

/// A first line that nobody sees and scripts find a comment by: `<!-- pveform:plan:prod -->`.
[[nodiscard]] std::string marker(std::string_view command, std::string_view cluster);

[[nodiscard]] std::vector<std::string> lines_of(std::string_view text);

/// Sections under each other, within what GitHub takes of one comment.
class Page {
public:
    static constexpr std::size_t max_bytes = 65'000; // GitHub takes 65,536 characters

    Page(std::string_view command, std::string_view cluster);

    /// Of Markdown.
    void paragraph(std::string_view text);

    /// A list, each item of one line of Markdown; left out where there are none.
    void list(std::string_view title, const std::vector<std::string>& items);

    /// Lines as they are, under a title; `diff` colours them by their signs.
    void block(std::string_view title, std::string_view text, std::string_view language = "");

    /// The same, to be unfolded, with all the room that is left: comes last.
    void folded(std::string_view title, std::string_view text);

    [[nodiscard]] std::string take() && { return std::move(out_); }

private:
    std::string out_;
};

} // namespace pveform::render
