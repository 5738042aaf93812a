// Whether a view shows everything. PVE filters its lists without a word: who may not see gets
// `200 []`, and a plan made from that would create everything anew.
// pve-access-control: src/PVE/API2/{User,Group,ACL}.pm, src/PVE/RPCEnvironment.pm (filter_groups).
#pragma once

#include <string>

#include "live/read.hpp"

namespace pveform::live {

/// An error of kind `incomplete_view` where a user, group or ACL entry can be hidden from the view.
/// May ask PVE once more, where what the view holds does not decide it.
[[nodiscard]] Result<void>
check_complete(ReadTransport& transport, const View& view, const std::string& identity);

} // namespace pveform::live
