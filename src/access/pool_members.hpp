// The members of pools in two states that are compared. Not for use outside of the difference.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "access/difference.hpp"
#include "access/path_tree.hpp"
#include "access/sides.hpp"
#include "model/state.hpp"

namespace pveform::access {

/// The members of pools, by the pools that they are in.
class Pools {
public:
    Pools(const State& before, const State& after, const PathTree& tree);

    struct Group {
        std::vector<Node> before;
        std::vector<Node> after;
        bool are_storages = false;
    };

    [[nodiscard]] bool differ() const { return differ_; }

    [[nodiscard]] const std::vector<Members>& members() const { return members_; }

    [[nodiscard]] const Group& group(Number number) const { return groups_[number]; }

    [[nodiscard]] std::optional<Number> group_at(Node node) const {
        const auto found = group_at_.find(node);
        return found == group_at_.end() ? std::nullopt : std::optional(found->second);
    }

    /// With a pool at or below the node; a group can come more than once.
    void add_groups_below(Node node, std::vector<Number>& groups) const;

private:
    [[nodiscard]] std::vector<Node>
    nodes_of(const std::vector<PoolId>& pools, Number group, const PathTree& tree);

    const PathTree& tree_;
    bool differ_;
    std::vector<Members> members_;
    std::vector<Group> groups_;
    std::unordered_map<Node, Number> group_at_;
    std::vector<std::pair<Node, Number>> groups_of_pools_; // sorted
};

} // namespace pveform::access
