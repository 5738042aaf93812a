// A cursor over a tree: knows which keys may stand in a map, what type a value must have, and
// collects everything that is wrong, so that ten mistakes are mended in one round.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "document/tree.hpp"

namespace pveform::document {

/// Errors of kind `document`, in the order in which they are found.
class Problems {
public:
    Error& add(std::string message, const Span& span, std::string help = {});
    void add(const Errors& errors);

    [[nodiscard]] bool empty() const { return errors_.empty(); }

    /// In reading order, files in the order of `trees`; what is said twice of one place (of an
    /// aliased value) once.
    [[nodiscard]] Errors take(const std::vector<Tree>& trees) &&;

private:
    Errors errors_;
};

class MapReader;

/// One value. Each `as_…` gives nothing and reports the value where its type is another one.
class Value {
public:
    /// `name` is what messages call it; `key_span` is cited where the value itself has no place.
    Value(const Node& node, std::string name, const Span& key_span, Problems& problems)
        : node_(&node), name_(std::move(name)), key_span_(key_span), problems_(&problems) {}

    [[nodiscard]] bool is_list() const;
    [[nodiscard]] bool is_map() const;

    [[nodiscard]] std::optional<std::string> as_string() const;
    [[nodiscard]] std::optional<bool> as_boolean() const;
    [[nodiscard]] std::optional<std::int64_t> as_integer() const;

    /// `form` is how one item, or the map, is written: the help shows it.
    [[nodiscard]] std::optional<std::vector<Value>> as_list(std::string_view form = {}) const;
    [[nodiscard]] std::optional<MapReader> as_map(std::string_view form = "{…}") const;

    /// The text of a scalar whatever its type; nothing, and no report, for lists, maps and nothing.
    [[nodiscard]] std::optional<std::string> scalar_text() const;

    /// As messages name it: `` `comment` ``, `` item of `groups` ``.
    [[nodiscard]] const std::string& name() const { return name_; }

    /// Of a scalar its text, of lists and maps their key.
    [[nodiscard]] const Span& span() const;

    [[nodiscard]] const Span& key_span() const { return key_span_; }

    Error& refuse(std::string message, std::string help = {}) const;

    /// Reports that it should be `expected` (`a string`), and what it is instead: at the value, if
    /// it stands beside its key.
    void refuse_type(std::string_view expected, std::string help = {}) const;

private:
    [[nodiscard]] const Scalar* scalar_of(ScalarType type) const;
    [[nodiscard]] std::string description() const;
    [[nodiscard]] std::string help_for_list(std::string_view form) const;

    const Node* node_;
    std::string name_;
    Span key_span_;
    Problems* problems_;
};

/// A map. Every key that is asked for is known; `finish` reports the others.
class MapReader {
public:
    MapReader(const Map& map, std::string name, const Span& span, Problems& problems)
        : map_(&map), name_(std::move(name)), span_(span), problems_(&problems) {}

    [[nodiscard]] std::optional<Value> optional(std::string_view key);

    /// Reports the key if it is missing.
    [[nodiscard]] std::optional<Value> required(std::string_view key);

    /// For maps whose keys are names: all of them.
    struct Item {
        std::string key;
        Span key_span;
        Value value;
    };

    [[nodiscard]] std::vector<Item> items() const;

    [[nodiscard]] bool has(std::string_view key) const;

    /// Where the map is spoken of: its key, or its beginning.
    [[nodiscard]] const Span& span() const { return span_; }

    /// Reports keys that nobody asked for, each with the closest match or the keys that there are.
    void finish() const;

private:
    const Map* map_;
    std::string name_;
    Span span_;
    Problems* problems_;
    std::vector<std::string> known_;
};

} // namespace pveform::document
