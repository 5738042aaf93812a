// Documents written inline, and what comes of them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "desired/parse.hpp"
#include "document/yaml.hpp"
#include "render/diagnostics.hpp"

namespace pveform::test {

inline document::Tree tree(const std::string& name, const std::string& text) {
    auto parsed = document::parse_yaml(std::make_shared<const SourceFile>(name, text));
    if (!parsed) { // mistakes in the tree are for the parser to report
        FAIL(render::diagnostics(parsed.error(), {}));
    }
    return std::move(*parsed);
}

/// Files in the order in which they are given, by name and text.
using Files = std::vector<std::pair<std::string, std::string>>;

inline Collected<desired::Document> parse(const Files& files) {
    std::vector<document::Tree> trees;
    for (const auto& [name, text] : files) {
        trees.push_back(tree(name, text));
    }
    return desired::parse(trees);
}

/// `version: 1` goes before the text.
inline desired::Document wanted(const std::string& text) {
    auto document = parse({{"pveform.yaml", "version: 1\n" + text}});
    if (!document) {
        FAIL(render::diagnostics(document.error(), {}));
    }
    return std::move(*document);
}

/// The diagnostics of documents that are not good.
inline std::string complaints(const Files& files) {
    const auto document = parse(files);
    return document ? std::string("(none)\n") : render::diagnostics(document.error(), {});
}

inline std::string complaints(const std::string& text) {
    return complaints(Files{{"pveform.yaml", "version: 1\n" + text}});
}

} // namespace pveform::test
