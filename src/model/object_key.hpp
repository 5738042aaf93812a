// The name of one object of the cluster, whatever its kind.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "model/ids.hpp"
#include "model/state.hpp"

namespace pveform {

/// The order of the alternatives is that of creation.
using ObjectKey = std::variant<RoleId, GroupId, UserId, TokenId, AclKey>;

/// `role`, `group`, `user`, `token`, `acl`.
[[nodiscard]] std::string_view kind_of(const ObjectKey& key);

/// `alice@pve`; of an ACL row `/vms alice@pve PVEVMUser`.
[[nodiscard]] std::string name_of(const ObjectKey& key);

} // namespace pveform
