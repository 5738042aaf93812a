// The ACL entries of one user, group or token in as few lines as say them clearly.
#pragma once

#include <string>
#include <vector>

#include "model/state.hpp"

namespace pveform::exporting {

/// One entry of the ACL as its principal has it.
struct Grant {
    AclKey key;
    bool propagate = true;
};

/// `{ path: /vms, roles: [Ops, Auditor], propagate: false }`, sorted by path: what has the same
/// roles at the same paths goes together.
[[nodiscard]] std::vector<std::string> acl_rows(const std::vector<Grant>& grants);

} // namespace pveform::exporting
