// Pools that PVE hides from whoever reads the cluster: their members are not known, and neither is
// the access to guests and storages that comes through them.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "model/state.hpp"

namespace pveform::access {

/// Which pools may be hidden: at and below `paths`, without those that `state` has.
class HiddenPools {
public:
    HiddenPools(const std::set<AclPath>& paths, const State& state);

    [[nodiscard]] bool are_possible() const { return !paths_.empty(); }

    /// Whether a pool that is not known can be at the path.
    [[nodiscard]] bool may_be_at(const std::string& path) const;

    /// Those without entries of their own: `/pool/~`.
    [[nodiscard]] std::vector<std::string> nameless() const;

private:
    std::set<std::string> paths_;
    std::set<std::string> known_;
};

} // namespace pveform::access
