// The paths that a pattern stands for.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/glob.hpp"
#include "model/state.hpp"

namespace pveform::policy {

/// In the place of a name that nothing in the state has; no real path has it.
inline constexpr char any_other = '~';

/// The paths that a state knows, as a tree.
class KnownPaths {
public:
    explicit KnownPaths(const State& state);

    /// Those that match; and for each wildcard, beside the names that are known, one that stands
    /// for all others: they have the same access.
    [[nodiscard]] std::set<std::string> matching(const PathGlob& pattern) const;

private:
    using Parts = std::vector<std::string>;

    void add(std::string_view path);
    void expand(
        const Parts& parts,
        std::size_t next,
        const std::string& prefix,
        std::set<std::string>& found
    ) const;

    std::map<std::string, std::set<std::string>> children_; // names by the path above them
};

} // namespace pveform::policy
