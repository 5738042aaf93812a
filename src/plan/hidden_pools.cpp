#include "plan/hidden_pools.hpp"

#include <vector>

#include <fmt/format.h>

#include "access/grant.hpp"
#include "base/text.hpp"

namespace pveform::plan {

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
