#include "access/path_tree.hpp"

#include <algorithm>

namespace pveform::access {

namespace {

/// NUL sorts before all that a component can hold, which makes the order that of the walk.
std::string key_of(std::string_view path) {
    std::string key;
    for (std::size_t begin = 0; begin < path.size();) {
        const std::size_t slash = std::min(path.find('/', begin), path.size());
        if (slash > begin) {
            key += '\0';
            key += path.substr(begin, slash - begin);
        }
        begin = slash + 1;
    }
    return key;
}

bool is_key_below(const std::string& key, const std::string& above) {
    return key.size() > above.size() && key.starts_with(above) && key[above.size()] == '\0';
}

} // namespace

PathTree::PathTree(const std::vector<std::string>& paths) : keys_{{}} {
    keys_.reserve(paths.size() + 1);
    for (const std::string& path : paths) {
        keys_.push_back(key_of(path));
    }
    std::ranges::sort(keys_);
    const auto rest = std::ranges::unique(keys_);
    keys_.erase(rest.begin(), rest.end());

    ends_.assign(keys_.size(), static_cast<Node>(keys_.size()));
    std::vector<Node> open;
    for (Node node = 0; node < keys_.size(); ++node) {
        while (!open.empty() && !is_key_below(keys_[node], keys_[open.back()])) {
            ends_[open.back()] = node;
            open.pop_back();
        }
        open.push_back(node);
    }
}

PathTree::Node PathTree::find(std::string_view path) const {
    return static_cast<Node>(std::ranges::lower_bound(keys_, key_of(path)) - keys_.begin());
}

std::string PathTree::path(Node node) const {
    std::string path = keys_[node].empty() ? "/" : keys_[node];
    std::ranges::replace(path, '\0', '/');
    return path;
}

} // namespace pveform::access
