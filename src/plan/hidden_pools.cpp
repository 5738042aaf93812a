#include "plan/hidden_pools.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "access/grant.hpp"
#include "base/text.hpp"

namespace pveform::plan {

HiddenPools::HiddenPools(const std::set<AclPath>& paths, const State& state) {
    for (const AclPath& path : paths) {
        paths_.insert(path.text);
    }
    for (const auto& [id, pool] : state.pools) {
        known_.insert("/pool/" + id.text);
    }
}

bool HiddenPools::may_be_at(const std::string& path) const {
    return path.starts_with("/pool/") && !known_.contains(path) &&
           std::ranges::any_of(paths_, [&](const std::string& hidden) {
               return path == hidden || path.starts_with(hidden + "/");
           });
}

std::vector<std::string> HiddenPools::nameless() const {
    std::vector<std::string> pools;
    for (const std::string& path : paths_) {
        pools.push_back(path + "/~"); // `~` cannot be in a path
    }
    return pools;
}

std::string hidden_pools_in_words(
    const std::set<AclPath>& paths, const std::optional<Principal>& reader, const State& state
) {
    std::vector<std::string> places;
    std::vector<std::string> commands;
    for (const AclPath& path : paths) {
        places.push_back(fmt::format("`{}`", path.text));
        if (reader) {
            commands.push_back(fmt::format(
                "`{}`", access::grant_command(state, *reader, Privilege{"Pool.Audit"}, path)
            ));
        }
    }
    return fmt::format(
        "pools at or below {} may be hidden, and the access that they give is not known: "
        "`Pool.Audit` is missing there{}",
        join(places, ", "),
        reader ? fmt::format(" for `{}`; grant it: {}", reader->text(), join(commands, ", "))
               : std::string(" for whoever took the snapshot")
    );
}

} // namespace pveform::plan
