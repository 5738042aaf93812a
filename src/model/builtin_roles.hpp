// The roles and privileges that PVE brings along, by release.
// Mirrors pve-access-control: src/PVE/AccessControl.pm (privilege groups, create_roles).
#pragma once

#include <map>

#include "model/state.hpp"

namespace pveform {

/// The role that takes away instead of giving.
inline const RoleId no_access{"NoAccess"};

/// `NoAccess`, `Administrator` and PVE's own `PVE…` roles, as this release computes them.
/// `Administrator` holds every privilege that the release knows.
[[nodiscard]] const std::map<RoleId, Role>& builtin_roles(Release release);

/// Each role with every privilege that it has in any known release.
[[nodiscard]] const std::map<RoleId, Role>& builtin_roles_of_all_releases();

} // namespace pveform
