// Where PVE lets entries be added, in words.
#pragma once

#include <string_view>

namespace pveform {

inline constexpr std::string_view acl_path_forms =
    "paths are `/`, `/access…`, `/nodes/NODE`, `/vms/ID`, `/storage/ID`, `/pool/POOL`, `/sdn/…`, "
    "`/mapping/…`";

} // namespace pveform
