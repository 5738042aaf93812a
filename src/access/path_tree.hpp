// The paths of a cluster's ACL in the order of a walk through their tree, so that all that is below
// a path stands right behind it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pveform::access {

class PathTree {
public:
    using Node = std::uint32_t; // the root is 0

    /// Of these paths and `/`. Components count, not slashes.
    explicit PathTree(const std::vector<std::string>& paths);

    /// The path must be one of the tree's.
    [[nodiscard]] Node find(std::string_view path) const;

    /// The first node behind all that is at and below this one.
    [[nodiscard]] Node end(Node node) const { return ends_[node]; }

    [[nodiscard]] bool is_at_or_below(Node node, Node above) const {
        return above <= node && node < ends_[above];
    }

    [[nodiscard]] std::string path(Node node) const;

    [[nodiscard]] std::size_t size() const { return keys_.size(); }

private:
    std::vector<std::string> keys_; // the components, each behind a NUL
    std::vector<Node> ends_;
};

} // namespace pveform::access
