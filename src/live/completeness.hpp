// Whether a view shows everything. PVE filters its lists without a word: who may not see gets
// `200 []`, and a plan made from that would create everything anew.
// pve-access-control: src/PVE/API2/{User,Group,ACL}.pm, src/PVE/RPCEnvironment.pm (filter_groups).
#pragma once

#include <set>
#include <string>
#include <vector>

#include "live/read.hpp"

namespace pveform::live {

/// An error of kind `incomplete_view` where a user, group or ACL entry can be hidden from the view.
/// May ask PVE once more, where what the view holds does not decide it.
[[nodiscard]] Result<void>
check_complete(ReadTransport& transport, const View& view, const std::string& identity);

/// Objects that PVE lists only for those who hold one of `privileges` on the object's path.
struct Listing {
    std::string base; // `/pool`: the objects are below it
    int levels = 1;   // how many names deep
    std::vector<Privilege> privileges;
};

/// The paths at and below which objects can be hidden from a list: the base, where objects without
/// ACL entries of their own are; else those whose entries replace what is inherited. The view must
/// hold all ACL entries. May ask PVE once more.
[[nodiscard]] Result<std::set<AclPath>>
hidden_objects(ReadTransport& transport, const View& view, const Listing& listing);

} // namespace pveform::live
