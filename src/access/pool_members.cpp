#include "access/pool_members.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <string_view>
#include <tuple>

#include "model/object_paths.hpp"

namespace pveform::access {

std::vector<Node>
Pools::nodes_of(const std::vector<PoolId>& pools, Number group, const PathTree& tree) {
    std::vector<Node> nodes;
    for (const PoolId& pool : pools) {
        nodes.push_back(tree.find(path_of(pool)));
        groups_of_pools_.emplace_back(nodes.back(), group);
    }
    return nodes;
}

Pools::Pools(const State& before, const State& after, const PathTree& tree)
    : tree_(tree), differ_(before.pools != after.pools) {
    const PoolsByMember then = pools_by_member(before);
    const PoolsByMember later = differ_ ? pools_by_member(after) : then;
    const auto pools_in = [](const PoolsByMember& all, const std::string& path) {
        const auto found = all.find(path);
        return found == all.end() ? std::vector<PoolId>() : found->second;
    };
    std::map<std::tuple<bool, std::vector<PoolId>, std::vector<PoolId>>, std::vector<std::string>>
        groups;
    const auto add = [&](const std::string& path) {
        const bool is_storage = member_kind(path) == MemberKind::storage;
        groups[{is_storage, pools_in(then, path), pools_in(later, path)}].push_back(path);
    };
    for (const auto& [path, pools] : then) {
        add(path);
    }
    for (const auto& [path, pools] : later) {
        if (!then.contains(path)) {
            add(path);
        }
    }
    std::unordered_map<std::string_view, Number> group_of_path;
    members_.reserve(groups.size());
    for (auto& [key, paths] : groups) {
        const auto& [are_storages, pools_before, pools_after] = key;
        const auto number = static_cast<Number>(groups_.size());
        groups_.push_back(
            {nodes_of(pools_before, number, tree),
             nodes_of(pools_after, number, tree),
             are_storages}
        );
        members_.push_back({pools_before, pools_after, std::move(paths)});
        for (const std::string& path : members_.back().paths) {
            group_of_path[path] = number;
        }
    }
    std::ranges::sort(groups_of_pools_);
    for (Node node = 0; node < tree.size(); ++node) {
        const std::string path = tree.path(node);
        if (const auto found = group_of_path.find(path); found != group_of_path.end()) {
            group_at_[node] = found->second;
        }
    }
}

void Pools::add_groups_below(Node node, std::vector<Number>& groups) const {
    const auto first = std::ranges::lower_bound(groups_of_pools_, std::pair{node, Number{0}});
    const auto last =
        std::ranges::lower_bound(groups_of_pools_, std::pair{tree_.end(node), Number{0}});
    std::ranges::transform(first, last, std::back_inserter(groups), [](const auto& one) {
        return one.second;
    });
}

} // namespace pveform::access
