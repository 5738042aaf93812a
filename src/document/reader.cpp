#include "document/reader.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/written_secrets.hpp"
#include "document/source_check.hpp"
#include "document/write.hpp"

namespace pveform::document {

namespace {

std::string_view to_string(ScalarType type) {
    switch (type) {
    case ScalarType::null:
        return "empty";
    case ScalarType::boolean:
        return "a boolean";
    case ScalarType::integer:
        return "an integer";
    case ScalarType::floating_point:
        return "a number";
    case ScalarType::string:
        return "a string";
    }
    return {};
}

/// What to write instead of words that other YAML readers take for booleans.
std::string boolean_for(std::string_view text) {
    const std::string word = to_lower(text);
    if (word == "yes" || word == "on" || word == "y" || word == "1" || word == "true") {
        return "write `true`";
    }
    if (word == "no" || word == "off" || word == "n" || word == "0" || word == "false") {
        return "write `false`";
    }
    return "write `true` or `false`";
}

/// Reports a text under the key of a secret, without the text. Whether it is one.
bool refuse_written_secret(
    const Node& node, std::string_view key, const Span& key_span, Problems& problems
) {
    const auto* scalar = std::get_if<Scalar>(&node.value);
    if (!is_secret_key(key) || scalar == nullptr || scalar->type() == ScalarType::null) {
        return false;
    }
    Explained explained = explain_written_secret(key);
    problems.add(std::move(explained.message), key_span, std::move(explained.help));
    return true;
}

} // namespace

Error& Problems::add(std::string message, const Span& span, std::string help) {
    errors_.push_back(Error{
        .kind = ErrorKind::document,
        .message = std::move(message),
        .span = span,
        .help = std::move(help),
    });
    return errors_.back();
}

void Problems::add(const Errors& errors) {
    errors_.insert(errors_.end(), errors.begin(), errors.end());
}

Errors Problems::take(const std::vector<Tree>& trees) && {
    const auto place = [&trees](const Error& error) {
        const auto tree = std::ranges::find(trees, error.span.file, &Tree::source);
        return std::tuple(tree - trees.begin(), error.span.line, error.span.column);
    };
    std::ranges::stable_sort(errors_, {}, place);
    return without_repetitions(std::move(errors_));
}

bool Value::is_list() const {
    return std::holds_alternative<List>(node_->value);
}

bool Value::is_map() const {
    return std::holds_alternative<Map>(node_->value);
}

const Span& Value::span() const {
    const bool is_scalar = std::holds_alternative<Scalar>(node_->value);
    return is_scalar && node_->span ? node_->span : key_span_;
}

Error& Value::refuse(std::string message, std::string help) const {
    return problems_->add(std::move(message), span(), std::move(help));
}

std::string Value::description() const {
    if (is_list()) {
        return "a list";
    }
    if (is_map()) {
        return "a map";
    }
    const auto& scalar = std::get<Scalar>(node_->value);
    if (scalar.type() == ScalarType::string) {
        return fmt::format("the string `{}`", printable(scalar.text));
    }
    return fmt::format("{} (`{}`)", to_string(scalar.type()), printable(scalar.text));
}

void Value::refuse_type(std::string_view expected, std::string help) const {
    if (refuse_written_secret(*node_, trim(name_, "`"), key_span_, *problems_)) {
        return;
    }
    const auto* scalar = std::get_if<Scalar>(&node_->value);
    if (scalar != nullptr && scalar->type() == ScalarType::null) {
        refuse(
            fmt::format("{} has no value", name_),
            help.empty() ? "leave the key out, or give it one" : std::move(help)
        );
        return;
    }
    const bool is_beside = node_->span && node_->span.line == key_span_.line;
    problems_->add(
        fmt::format("{} must be {}, not {}", name_, expected, description()),
        is_beside ? node_->span : span(),
        std::move(help)
    );
}

const Scalar* Value::scalar_of(ScalarType type) const {
    const auto* scalar = std::get_if<Scalar>(&node_->value);
    return scalar != nullptr && scalar->type() == type ? scalar : nullptr;
}

std::optional<std::string> Value::as_string() const {
    if (const Scalar* scalar = scalar_of(ScalarType::string)) {
        return scalar->text;
    }
    const auto text = scalar_text();
    refuse_type("a string", text ? fmt::format("quote it: \"{}\"", *text) : "");
    return std::nullopt;
}

std::optional<bool> Value::as_boolean() const {
    if (const Scalar* scalar = scalar_of(ScalarType::boolean)) {
        return to_lower(scalar->text) == "true";
    }
    refuse_type("true or false", boolean_for(scalar_text().value_or("")));
    return std::nullopt;
}

std::optional<std::int64_t> Value::as_integer() const {
    const Scalar* scalar = scalar_of(ScalarType::integer);
    if (scalar == nullptr) {
        refuse_type("an integer");
        return std::nullopt;
    }
    const auto value = parse_integer<std::int64_t>(scalar->text);
    if (!value) {
        refuse(fmt::format("{} is out of range, or not in base ten", name_));
    }
    return value;
}

std::string Value::help_for_list(std::string_view form) const {
    const auto* map = std::get_if<Map>(&node_->value);
    const auto text = scalar_text();
    if (text && form.empty()) {
        return "write " + flow_list({*text});
    }
    if (text || (map != nullptr && !map->empty())) {
        return fmt::format("write it as a list: `- {}`", form.empty() ? "…" : form);
    }
    return "write `[]` for none";
}

std::optional<std::vector<Value>> Value::as_list(std::string_view form) const {
    const auto* list = std::get_if<List>(&node_->value);
    if (list == nullptr) {
        refuse_type("a list", help_for_list(form));
        return std::nullopt;
    }
    std::vector<Value> items;
    items.reserve(list->size());
    for (const Node& item : *list) {
        items.emplace_back(
            item, "an item of " + name_, item.span ? item.span : key_span_, *problems_
        );
    }
    return items;
}

std::optional<MapReader> Value::as_map(std::string_view form) const {
    const auto* map = std::get_if<Map>(&node_->value);
    if (map == nullptr) {
        const bool is_null = scalar_of(ScalarType::null) != nullptr;
        const std::string_view key = name_.starts_with('`') ? trim(name_, "`") : "";
        refuse_type(
            "a map",
            is_null       ? "write `{}` for an empty one"
            : key.empty() ? fmt::format("write `{}`", form)
                          : fmt::format("write `{}: {}`", key, form)
        );
        return std::nullopt;
    }
    return MapReader(*map, name_, key_span_, *problems_);
}

std::optional<std::string> Value::scalar_text() const {
    const auto* scalar = std::get_if<Scalar>(&node_->value);
    if (scalar == nullptr || scalar->type() == ScalarType::null) {
        return std::nullopt;
    }
    return scalar->text;
}

bool MapReader::has(std::string_view key) const {
    return std::ranges::find(*map_, key, &Entry::key) != map_->end();
}

std::optional<Value> MapReader::optional(std::string_view key) {
    known_.emplace_back(key);
    const auto entry = std::ranges::find(*map_, key, &Entry::key);
    if (entry == map_->end()) {
        return std::nullopt;
    }
    return Value(entry->value, fmt::format("`{}`", key), entry->key_span, *problems_);
}

std::optional<Value> MapReader::required(std::string_view key) {
    auto value = optional(key);
    if (!value) {
        problems_->add(fmt::format("`{}` is missing in {}", key, name_), span_);
    }
    return value;
}

std::vector<MapReader::Item> MapReader::items() const {
    std::vector<Item> items;
    items.reserve(map_->size());
    for (const Entry& entry : *map_) {
        const std::string name = fmt::format("`{}`", printable(entry.key));
        items.push_back(
            {entry.key, entry.key_span, Value(entry.value, name, entry.key_span, *problems_)}
        );
    }
    return items;
}

void MapReader::finish() const {
    for (const Entry& entry : *map_) {
        if (std::ranges::find(known_, entry.key) != known_.end()) {
            continue;
        }
        if (refuse_written_secret(entry.value, entry.key, entry.key_span, *problems_)) {
            continue;
        }
        const auto match = closest_match(entry.key, known_);
        problems_->add(
            fmt::format("unknown key `{}`", printable(entry.key)),
            entry.key_span,
            match ? fmt::format("did you mean `{}`?", *match)
                  : fmt::format("{} takes: {}", name_, join(known_, ", "))
        );
    }
}

} // namespace pveform::document
