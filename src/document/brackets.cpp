#include "document/brackets.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "document/source_check.hpp"

namespace pveform::document {

namespace {

/// Walks over a text and keeps the brackets that are open. Those in texts, quoted or not, and in
/// comments are none.
class BracketWalk {
public:
    explicit BracketWalk(std::string_view text) : text_(text) {}

    [[nodiscard]] std::size_t at() const { return at_; }

    [[nodiscard]] const std::vector<OpenBracket>& open() const { return open_; }

    /// Over one character, text, comment or bracket. False at the end, and where a bracket closes
    /// that is not open.
    bool step();

private:
    [[nodiscard]] char character(std::size_t at) const {
        return at < text_.size() ? text_[at] : '\n';
    }

    [[nodiscard]] char here() const { return character(at_); }

    [[nodiscard]] static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

    [[nodiscard]] bool blank_follows() const {
        const char next = character(at_ + 1);
        return is_blank(next) || next == '\n';
    }

    [[nodiscard]] bool is_inside() const { return !open_.empty(); }

    void skip_to_line_end() { at_ = std::min(text_.find('\n', at_), text_.size()); }

    void skip_word() { at_ = std::min(text_.find_first_of(" \t\r\n", at_), text_.size()); }

    void skip_block_text();
    bool begin_value();
    bool step_inside();
    void step_in_word();

    std::string_view text_;
    std::size_t at_ = 0;
    std::vector<OpenBracket> open_;
    bool value_may_begin_ = true;
    bool behind_blank_ = true;
};

/// Behind the lines of a text that `|` or `>` announces: those that are indented deeper than the
/// key, or the dash, that it belongs to.
void BracketWalk::skip_block_text() {
    const std::size_t line = text_.rfind('\n', at_) + 1; // 0 where there is none
    std::size_t parent = text_.find_first_not_of(' ', line);
    while (text_.substr(parent).starts_with("- ")) {
        const std::size_t item = text_.find_first_not_of(' ', parent + 1);
        if (item == at_) {
            break;
        }
        parent = item;
    }
    const std::size_t indent = parent - line;
    skip_to_line_end();
    while (at_ < text_.size()) {
        const std::size_t begin = at_ + 1;
        const std::size_t first = std::min(text_.find_first_not_of(' ', begin), text_.size());
        const bool is_empty = first == text_.size() || text_[first] == '\n' || text_[first] == '\r';
        if (!is_empty && first - begin <= indent) {
            return;
        }
        at_ = std::min(text_.find('\n', begin), text_.size());
    }
}

/// Where a value may begin: whether one did, or something that goes before it.
bool BracketWalk::begin_value() {
    switch (here()) {
    case '[':
    case '{':
        open_.push_back({.opening = here(), .offset = at_});
        ++at_;
        return true;
    case '"':
    case '\'':
        at_ = end_of_quoted(text_, at_).value_or(text_.size());
        value_may_begin_ = is_inside() && here() == ':'; // `{ "key":value }`
        at_ += value_may_begin_ ? 1U : 0U;
        return true;
    case '&':
    case '!':
        skip_word();
        return true;
    case '-':
    case '?':
        if (blank_follows()) { // an item, or a key: what it is comes now
            ++at_;
            return true;
        }
        return false;
    case '|':
    case '>':
        if (!is_inside()) {
            skip_block_text();
            return true;
        }
        return false;
    default:
        return false;
    }
}

/// Brackets and commas mean themselves there, also within what would be one word elsewhere.
bool BracketWalk::step_inside() {
    const char c = here();
    if (c == ']' || c == '}') {
        if (open_.back().closing() != c) {
            return false;
        }
        open_.pop_back();
        value_may_begin_ = false;
    } else if (c == ',') {
        value_may_begin_ = true;
    } else if (c == '[' || c == '{') {
        open_.push_back({.opening = c, .offset = at_});
        value_may_begin_ = true;
    } else {
        step_in_word();
        return true;
    }
    ++at_;
    return true;
}

void BracketWalk::step_in_word() {
    value_may_begin_ = here() == ':' && blank_follows();
    ++at_;
}

bool BracketWalk::step() {
    if (at_ >= text_.size()) {
        return false;
    }
    const char c = here();
    if (c == '\n' || is_blank(c)) {
        value_may_begin_ = value_may_begin_ || (c == '\n' && !is_inside());
        behind_blank_ = true;
        ++at_;
        return true;
    }
    const bool may_be_comment = std::exchange(behind_blank_, false);
    if (c == '#' && may_be_comment) {
        skip_to_line_end();
        return true;
    }
    if (value_may_begin_ && begin_value()) {
        return true;
    }
    if (is_inside()) {
        return step_inside();
    }
    step_in_word();
    return true;
}

} // namespace

std::optional<OpenBracket> bracket_around(std::string_view text, std::size_t offset) {
    BracketWalk walk(text);
    while (walk.at() < offset && walk.step()) {
    }
    if (walk.open().empty()) {
        return std::nullopt;
    }
    OpenBracket innermost = walk.open().back();
    const std::size_t depth = walk.open().size();
    while (walk.open().size() >= depth && walk.step()) {
    }
    innermost.is_closed = walk.open().size() < depth;
    return innermost;
}

} // namespace pveform::document
