#include "simulator/router.hpp"

#include <utility>

#include "base/text.hpp"
#include "formats/perl_text.hpp"

namespace pveform::simulator {

/// Below a path there are either fixed names or one parameter.
struct Router::Node {
    std::map<std::string, Node, std::less<>> folders;
    std::string parameter;
    std::unique_ptr<Node> any;
    std::map<std::string, const Method*, std::less<>> methods;
};

Router::Router(std::vector<Method> methods)
    : methods_(std::move(methods)), root_(std::make_unique<Node>()) {
    for (const Method& method : methods_) {
        Node* node = root_.get();
        for (const std::string& part : split(method.path, "/")) {
            if (!part.starts_with('{')) {
                node = &node->folders[part];
                continue;
            }
            node->parameter = part.substr(1, part.size() - 2);
            if (!node->any) {
                node->any = std::make_unique<Node>();
            }
            node = node->any.get();
        }
        node->methods[std::string(method.verb)] = &method;
    }
}

Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;
Router::~Router() = default;

Router::Match Router::find(std::string_view verb, std::string_view path) const {
    Match match;
    const Node* node = root_.get();
    for (const std::string& part : split(path, "/")) {
        if (node->any) {
            if (formats::has_blank(part, formats::Blanks::ascii)) {
                return {};
            }
            Parameter value = Parameter::of(part);
            value.blanks = formats::Blanks::ascii;
            match.parameters[node->parameter] = std::move(value);
            node = node->any.get();
            continue;
        }
        const auto folder = node->folders.find(part);
        if (folder == node->folders.end()) {
            return {};
        }
        node = &folder->second;
    }
    const auto method = node->methods.find(verb);
    match.method = method == node->methods.end() ? nullptr : method->second;
    return match;
}

} // namespace pveform::simulator
