// A YAML text as a tree in which every value knows its place. Typing is strict and ours: a scalar
// keeps its text, and whether it was written without quotes.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/source.hpp"

namespace pveform::document {

enum class ScalarType { null, boolean, integer, floating_point, string };

struct Scalar {
    std::string text;
    bool plain = false; // without quotes; quoted ones are strings

    /// By the core schema of YAML 1.2: `yes` is a string, `0777` a decimal number.
    [[nodiscard]] ScalarType type() const;
};

struct Node;
struct Entry;
using List = std::vector<Node>;
using Map = std::vector<Entry>; // in the order of the text, no key twice

struct Node {
    std::variant<Scalar, List, Map> value;
    Span span; // nowhere for a value that is not written (`key:`)
};

struct Entry {
    std::string key;
    Span key_span;
    Node value;
};

/// One file. The root of an empty file is an empty map. `errors` are mistakes that did not end the
/// reading; whoever makes sense of the tree reports them along with what else is wrong.
struct Tree {
    std::shared_ptr<const SourceFile> source;
    Node root;
    Errors errors = {};
};

} // namespace pveform::document
