#include "access/hidden_pools.hpp"

#include <algorithm>
#include <iterator>

#include "model/acl_path.hpp"
#include "model/object_paths.hpp"

namespace pveform::access {

HiddenPools::HiddenPools(const std::set<AclPath>& paths, const State& state) {
    for (const AclPath& path : paths) {
        paths_.insert(path.text);
    }
    for (const auto& [id, pool] : state.pools) {
        known_.insert(path_of(id));
    }
}

bool HiddenPools::may_be_at(const std::string& path) const {
    return is_pool_path(path) && !known_.contains(path) &&
           std::ranges::any_of(paths_, [&](const std::string& hidden) {
               return is_at_or_below(path, hidden);
           });
}

std::vector<std::string> HiddenPools::nameless() const {
    std::vector<std::string> pools;
    std::ranges::transform(paths_, std::back_inserter(pools), nameless_child_of);
    return pools;
}

} // namespace pveform::access
