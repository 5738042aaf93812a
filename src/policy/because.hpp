// Why somebody holds what they hold at a path, a line for each entry that counts there.
#pragma once

#include <string>
#include <vector>

#include "model/state.hpp"

namespace pveform::policy {

/// `` `/pool/prod`: role `PVEVMUser` of `@ops`, through pool `prod` ``, in the order of the walk,
/// with what keeps an entry from giving its role. For users and tokens of the state. `shown_path`
/// is what people are told of a path that stands for others.
[[nodiscard]] std::vector<std::string> because(
    const State& state,
    const Principal& principal,
    const std::string& path,
    const std::string& shown_path
);

} // namespace pveform::policy
