#include "document/yaml.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <vector>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "base/text.hpp"
#include "document/source_check.hpp"

namespace pveform::document {

namespace {

constexpr std::size_t max_depth = 32;
constexpr std::size_t max_expanded_values = 10'000;

/// Thrown through yaml-cpp where reading on makes no sense; the error is already noted.
struct Stop {};

std::size_t count_values(const Node& node) {
    std::size_t count = 1;
    if (const auto* list = std::get_if<List>(&node.value)) {
        for (const Node& item : *list) {
            count += count_values(item);
        }
    } else if (const auto* map = std::get_if<Map>(&node.value)) {
        for (const Entry& entry : *map) {
            count += count_values(entry.value);
        }
    }
    return count;
}

std::size_t depth_of(const Node& node) {
    std::size_t deepest = 0;
    if (const auto* list = std::get_if<List>(&node.value)) {
        for (const Node& item : *list) {
            deepest = std::max(deepest, depth_of(item));
        }
        return deepest + 1;
    }
    if (const auto* map = std::get_if<Map>(&node.value)) {
        for (const Entry& entry : *map) {
            deepest = std::max(deepest, depth_of(entry.value));
        }
        return deepest + 1;
    }
    return 0;
}

class TreeBuilder final : public YAML::EventHandler {
public:
    explicit TreeBuilder(std::shared_ptr<const SourceFile> source) : source_(std::move(source)) {}

    Collected<Tree> build() &&;

    void OnDocumentStart(const YAML::Mark& mark) override;

    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnScalar(
        const YAML::Mark& mark,
        const std::string& tag,
        YAML::anchor_t anchor,
        const std::string& value
    ) override;
    void OnSequenceStart(
        const YAML::Mark& mark,
        const std::string& tag,
        YAML::anchor_t anchor,
        YAML::EmitterStyle::value style
    ) override;
    void OnSequenceEnd() override;
    void OnMapStart(
        const YAML::Mark& mark,
        const std::string& tag,
        YAML::anchor_t anchor,
        YAML::EmitterStyle::value style
    ) override;
    void OnMapEnd() override;

private:
    /// A key whose value is still to come. One that was refused takes its value with it.
    struct Key {
        std::string text;
        Span span;
        bool refused = false;
    };

    /// A list or map that is not closed yet.
    struct Frame {
        Node node;
        YAML::anchor_t anchor = 0;
        std::optional<Key> key;
        std::map<std::string, Span> keys;
    };

    Span span_at(const YAML::Mark& mark, std::size_t length = 1) const;
    Span span_of_scalar(const YAML::Mark& mark, const std::string& value, bool plain);
    Span span_from(const YAML::Mark& mark, std::size_t offset, std::size_t end) const;
    std::size_t skip_properties(std::size_t offset) const;

    void open(Node node, YAML::anchor_t anchor);
    void close();
    void complete(Node node, YAML::anchor_t anchor);
    void take_key(Frame& frame, const Node& node);
    void check_tag(const std::string& tag, const YAML::Mark& mark);
    void report_syntax_error(const YAML::Exception& exception);
    Error& refuse(std::string message, const Span& span, std::string help = {});

    std::shared_ptr<const SourceFile> source_;
    std::vector<Frame> open_;
    std::map<YAML::anchor_t, Node> anchors_;
    std::size_t expanded_values_ = 0;
    std::optional<Node> root_;
    Span last_place_; // for values that have none of their own
    Errors errors_;
};

Collected<Tree> TreeBuilder::build() && {
    try {
        std::istringstream stream{std::string(source_->text())};
        YAML::Parser parser(stream);
        if (parser.HandleNextDocument(*this)) {
            parser.HandleNextDocument(*this); // a second one is refused at its start
        }
    } catch (const Stop&) {
        return std::unexpected(std::move(errors_));
    } catch (const YAML::Exception& exception) {
        report_syntax_error(exception);
        return std::unexpected(std::move(errors_));
    }
    Node root = root_ ? std::move(*root_) : Node{Map(), {}};
    return Tree{source_, std::move(root), std::move(errors_)};
}

Error& TreeBuilder::refuse(std::string message, const Span& span, std::string help) {
    errors_.push_back(Error{
        .kind = ErrorKind::document,
        .message = std::move(message),
        .span = span,
        .help = std::move(help),
    });
    return errors_.back();
}

Span TreeBuilder::span_at(const YAML::Mark& mark, std::size_t length) const {
    if (mark.is_null()) {
        return Span{source_, 0, 0, 0};
    }
    return Span{
        source_,
        static_cast<std::size_t>(mark.line) + 1,
        static_cast<std::size_t>(mark.column) + 1,
        length,
    };
}

/// From `offset` to `end`, or to the end of the line; `mark` is a place before them.
Span TreeBuilder::span_from(const YAML::Mark& mark, std::size_t offset, std::size_t end) const {
    const std::string_view text = source_->text();
    const auto begin = static_cast<std::size_t>(mark.pos);
    Span span = span_at(mark);
    const std::string_view between = text.substr(begin, offset - begin);
    const std::size_t line_end = between.rfind('\n');
    if (line_end == std::string_view::npos) {
        span.column += between.size();
    } else {
        span.line += static_cast<std::size_t>(std::ranges::count(between, '\n'));
        span.column = between.size() - line_end;
    }
    const std::string_view line = text.substr(offset, text.find_first_of("\r\n", offset) - offset);
    span.length = std::max<std::size_t>(1, std::min(end - offset, line.size()));
    return span;
}

/// Behind anchor, tag, blanks and comments: where the value itself begins.
std::size_t TreeBuilder::skip_properties(std::size_t offset) const {
    const std::string_view text = source_->text();
    const auto after = [text](std::string_view characters, std::size_t from) {
        return std::min(text.find_first_of(characters, from), text.size());
    };
    while (offset < text.size() && std::string_view("&!").contains(text[offset])) {
        offset = after(" \t\r\n", offset);
        while (offset < text.size() && std::string_view(" \t\r\n#").contains(text[offset])) {
            offset = text[offset] == '#' ? after("\n", offset) : offset + 1;
        }
    }
    return offset;
}

Span TreeBuilder::span_of_scalar(const YAML::Mark& mark, const std::string& value, bool plain) {
    const std::string_view text = source_->text();
    const std::size_t begin = skip_properties(static_cast<std::size_t>(mark.pos));
    if (plain) {
        const bool one_line = text.substr(begin).starts_with(value);
        return span_from(mark, begin, one_line ? begin + value.size() : text.size());
    }
    if (begin >= text.size() || !std::string_view("\"'").contains(text[begin])) {
        return span_from(mark, begin, begin + 1); // a block scalar: its `|` or `>`
    }
    const auto end = end_of_quoted(text, begin);
    if (!end) { // yaml-cpp takes the rest of the file for the value
        refuse("this quote is never closed", span_from(mark, begin, begin + 1));
        throw Stop();
    }
    return span_from(mark, begin, *end);
}

void TreeBuilder::check_tag(const std::string& tag, const YAML::Mark& mark) {
    if (!tag.empty() && tag != "?" && tag != "!") {
        const auto begin = static_cast<std::size_t>(mark.pos);
        refuse(
            "tags are not supported",
            span_from(mark, begin, source_->text().find_first_of(" \t\r\n,", begin)),
            "leave the tag out; the type of every value is known (quote a value to make it a "
            "string)"
        );
    }
}

void TreeBuilder::OnDocumentStart(const YAML::Mark& mark) {
    if (!root_) {
        return;
    }
    const bool marked =
        source_->text().substr(static_cast<std::size_t>(mark.pos)).starts_with("---");
    refuse(
        marked ? "a second YAML document begins here" : "text behind the end of the document",
        span_at(mark, marked ? 3 : 1),
        marked ? "one document a file; put the second into a file of its own" : ""
    );
    throw Stop();
}

void TreeBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
    last_place_ = span_at(mark);
    complete(Node{Scalar{{}, true}, {}}, anchor);
}

void TreeBuilder::OnScalar(
    const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value
) {
    const bool plain = tag == "?";
    Node node{Scalar{value, plain}, span_of_scalar(mark, value, plain)};
    check_tag(tag, mark);
    last_place_ = node.span;
    complete(std::move(node), anchor);
}

void TreeBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
    last_place_ = span_at(mark);
    const auto target = anchors_.find(anchor);
    if (target == anchors_.end()) {
        refuse("this alias stands inside the value that it stands for", last_place_);
        throw Stop();
    }
    expanded_values_ += count_values(target->second);
    if (expanded_values_ > max_expanded_values) {
        refuse(
            fmt::format("aliases expand to more than {} values", max_expanded_values), last_place_
        );
        throw Stop();
    }
    if (open_.size() + depth_of(target->second) > max_depth) {
        refuse(fmt::format("nested deeper than {} levels", max_depth), last_place_);
        throw Stop();
    }
    complete(Node(target->second), 0);
}

void TreeBuilder::OnSequenceStart(
    const YAML::Mark& mark,
    const std::string& tag,
    YAML::anchor_t anchor,
    YAML::EmitterStyle::value /*style*/
) {
    check_tag(tag, mark);
    open(Node{List(), span_at(mark)}, anchor);
}

void TreeBuilder::OnMapStart(
    const YAML::Mark& mark,
    const std::string& tag,
    YAML::anchor_t anchor,
    YAML::EmitterStyle::value /*style*/
) {
    check_tag(tag, mark);
    open(Node{Map(), span_at(mark)}, anchor);
}

void TreeBuilder::OnSequenceEnd() {
    close();
}

void TreeBuilder::OnMapEnd() {
    close();
}

void TreeBuilder::open(Node node, YAML::anchor_t anchor) {
    if (open_.size() >= max_depth) {
        refuse(fmt::format("nested deeper than {} levels", max_depth), node.span);
        throw Stop();
    }
    open_.push_back(Frame{std::move(node), anchor, {}, {}});
}

void TreeBuilder::close() {
    Frame frame = std::move(open_.back());
    open_.pop_back();
    last_place_ = frame.node.span;
    complete(std::move(frame.node), frame.anchor);
}

/// Puts a finished value where it belongs.
void TreeBuilder::complete(Node node, YAML::anchor_t anchor) {
    if (anchor != 0) {
        anchors_[anchor] = node;
    }
    if (open_.empty()) {
        root_ = std::move(node);
        return;
    }
    Frame& frame = open_.back();
    if (auto* list = std::get_if<List>(&frame.node.value)) {
        list->push_back(std::move(node));
    } else if (!frame.key) {
        take_key(frame, node);
    } else {
        if (!frame.key->refused) {
            std::get<Map>(frame.node.value)
                .push_back(Entry{frame.key->text, frame.key->span, std::move(node)});
        }
        frame.key.reset();
    }
}

void TreeBuilder::take_key(Frame& frame, const Node& node) {
    const auto* scalar = std::get_if<Scalar>(&node.value);
    Key& key = frame.key.emplace(Key{{}, node.span ? node.span : last_place_, true});
    if (scalar == nullptr) {
        refuse("a key must be a name, not a list or a map", key.span);
        return;
    }
    key.text = scalar->text;
    if (scalar->type() == ScalarType::null) {
        refuse("a key is missing before `:`", key.span, "quote it if it is meant to be a name");
        return;
    }
    if (scalar->plain && scalar->text == "<<") {
        refuse(
            "merge keys are not supported",
            key.span,
            "they are no part of YAML 1.2; write the keys out, or use a profile"
        );
        return;
    }
    const auto [first, is_new] = frame.keys.try_emplace(key.text, key.span);
    if (!is_new) {
        refuse(fmt::format("key `{}` is written twice", key.text), key.span, "keep one of the two")
            .related.push_back({first->second, "first written here"});
        return;
    }
    key.refused = false;
}

void TreeBuilder::report_syntax_error(const YAML::Exception& exception) {
    Explained explained = explain_syntax_error(
        *source_,
        exception.msg,
        exception.mark.is_null() ? source_->text().size()
                                 : static_cast<std::size_t>(exception.mark.pos)
    );
    Span span = span_at(exception.mark);
    if (explained.offset) {
        const auto [line, column] = line_and_column(source_->text(), *explained.offset);
        span = Span{source_, line, column, 1};
    }
    refuse(std::move(explained.message), span, std::move(explained.help));
}

} // namespace

Collected<Tree> parse_yaml(std::shared_ptr<const SourceFile> source) {
    if (auto problem = check_characters(source)) {
        return std::unexpected(Errors{std::move(*problem)});
    }
    auto tree = TreeBuilder(source).build();
    if (tree || source->text().ends_with('\n')) {
        return tree;
    }
    // Where the last line has no end, yaml-cpp says little of what is not finished in it. What is
    // good is read as it stands: with a line end, block text would have one more.
    return TreeBuilder(std::make_shared<const SourceFile>(
                           source->name(), fmt::format("{}\n", source->text())
                       ))
        .build();
}

} // namespace pveform::document
