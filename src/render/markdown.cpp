#include "render/markdown.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "base/text.hpp"
#include "render/plain.hpp"

namespace pveform::render {

namespace {

constexpr std::size_t max_code_bytes = 500; // of a name or a comment
constexpr std::size_t max_sentence_bytes = 1000;
constexpr std::size_t max_line_bytes =
    1000; // and so of a fence, which is longer than what it holds
constexpr std::size_t max_section_bytes = 9000; // five of them leave room for the whole plan
constexpr std::size_t reserve_bytes = 2500;     // for what stands around the last section

std::size_t longest_run_of_backticks(std::string_view text) {
    std::size_t longest = 0;
    std::size_t run = 0;
    for (const char character : text) {
        run = character == '`' ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    return longest;
}

/// Whether GitHub or GitLab could make more of it than words: mentions, references to issues,
/// links, labels, mathematics, emoji. Each begins with a sign that something follows at once.
bool is_more_than_words(std::string_view text) {
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
        if (std::string_view("@#~$%!:&^").contains(text[i]) && text[i + 1] != ' ') {
            return true;
        }
    }
    return to_lower(text).contains("www.");
}

/// CommonMark takes a backslash before any punctuation for "as it is".
std::string in_markdown(std::string_view text) {
    constexpr std::string_view harmless = " ,.;:'\"/()?=-%";
    std::string out;
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        const bool is_special = byte < 0x80 && std::isalnum(byte) == 0 &&
                                harmless.find(character) == std::string_view::npos;
        out += is_special ? std::string("\\") + character : std::string(1, character);
    }
    return out;
}

std::string words(std::string_view text) {
    return is_more_than_words(text) ? code_span(text) : in_markdown(text);
}

std::string more_lines(std::size_t count) {
    return fmt::format("\n_{}: see the job's log_\n", plural(count, "more line"));
}

/// As many of the lines as fit; `left_out` gets the rest.
std::vector<std::string>
that_fit(std::vector<std::string> lines, std::size_t bytes, std::size_t& left_out) {
    std::size_t taken = 0;
    std::size_t count = 0;
    while (count < lines.size() && taken + lines[count].size() + 1 <= bytes) {
        taken += lines[count].size() + 1;
        ++count;
    }
    left_out = lines.size() - count;
    lines.resize(count);
    return lines;
}

} // namespace

std::string code_span(std::string_view text) {
    const std::string shown = plain(text, max_code_bytes);
    if (trim(shown).empty()) {
        return "_empty_";
    }
    const std::string fence(longest_run_of_backticks(shown) + 1, '`');
    const bool needs_room =
        shown.front() == '`' || shown.back() == '`' || shown.front() == ' ' || shown.back() == ' ';
    const char* room = needs_room ? " " : "";
    return fence + room + shown + room + fence;
}

std::string sentence(std::string_view whole) {
    const std::string shortened = plain(whole, max_sentence_bytes);
    std::string_view text = shortened;
    if (std::ranges::count(text, '`') % 2 != 0) {
        return code_span(text);
    }
    std::string out;
    for (bool is_name = false; !text.empty(); is_name = !is_name) {
        const std::size_t end = std::min(text.find('`'), text.size());
        const std::string_view part = text.substr(0, end);
        if (!part.empty()) {
            const std::string shown = is_name ? code_span(part) : words(part);
            // Two spans that touch would read as one.
            out += out.ends_with('`') && shown.starts_with('`') ? " " + shown : shown;
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

std::string code_block(const std::vector<std::string>& lines, std::string_view language) {
    std::size_t longest = 2;
    for (const std::string& line : lines) {
        longest = std::max(longest, longest_run_of_backticks(line));
    }
    const std::string fence(longest + 1, '`');
    return fmt::format("{}{}\n{}\n{}\n", fence, language, join(lines, "\n"), fence);
}

std::string marker(std::string_view command, std::string_view cluster) {
    std::string name;
    for (const char character : cluster) {
        const auto byte = static_cast<unsigned char>(character);
        const bool is_safe = byte < 0x80 && (std::isalnum(byte) != 0 || byte == '.' || byte == '_');
        if (is_safe) {
            name += character;
        } else if (!name.ends_with('-')) { // two of them could end the comment
            name += '-';
        }
    }
    return fmt::format("{}{}:{} -->", marker_beginning, command, name);
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.push_back(plain(text.substr(0, end), max_line_bytes));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    while (!lines.empty() && lines.back().empty()) {
        lines.pop_back();
    }
    return lines;
}

Page::Page(std::string_view command, std::string_view cluster)
    : out_(fmt::format(
          "{}\n## pveform {}: {}\n", marker(command, cluster), command, code_span(cluster)
      )) {}

void Page::paragraph(std::string_view text) {
    out_ += fmt::format("\n{}\n", text);
}

void Page::list(std::string_view title, const std::vector<std::string>& items) {
    if (items.empty()) {
        return;
    }
    std::vector<std::string> lines;
    for (const std::string& item : items) {
        lines.push_back("- " + item);
    }
    std::size_t left_out = 0;
    lines = that_fit(std::move(lines), max_section_bytes, left_out);
    out_ += fmt::format("\n### {}\n\n{}\n", title, join(lines, "\n"));
    out_ += left_out == 0 ? std::string() : more_lines(left_out);
}

void Page::block(std::string_view title, std::string_view text, std::string_view language) {
    std::size_t left_out = 0;
    const auto lines = that_fit(lines_of(text), max_section_bytes, left_out);
    if (lines.empty() && left_out == 0) {
        return;
    }
    out_ += fmt::format("\n### {}\n\n{}", title, code_block(lines, language));
    out_ += left_out == 0 ? std::string() : more_lines(left_out);
}

void Page::folded(std::string_view title, std::string_view text) {
    const std::size_t taken = out_.size() + reserve_bytes;
    std::size_t left_out = 0;
    const auto lines =
        that_fit(lines_of(text), max_bytes > taken ? max_bytes - taken : 0, left_out);
    out_ +=
        fmt::format("\n<details>\n<summary>{}</summary>\n\n{}", title, code_block(lines, "text"));
    out_ += left_out == 0 ? std::string() : more_lines(left_out);
    out_ += "\n</details>\n";
}

} // namespace pveform::render
