// Where PVE lets entries be added, in words, for somebody who named another place.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/acl_path.hpp"
#include "model/release.hpp"

namespace pveform {

inline constexpr std::string_view acl_path_forms =
    "paths are `/`, `/access…`, `/nodes/NODE`, `/vms/ID` (from 100 on), `/storage/ID`, "
    "`/pool/POOL`, "
    "`/sdn/…`, `/mapping/…`";

/// The path that may have been meant: with another of the words that paths begin with, or one of
/// `others`. All forms where none comes close.
[[nodiscard]] std::string
help_for_acl_path(const AclPath& path, Release release, std::vector<std::string> others);

} // namespace pveform
