// What a document says of directories: whose users and groups are those of a synced realm.
#pragma once

#include <utility>

#include "desired/desired.hpp"
#include "desired/ownership.hpp"
#include "model/ids.hpp"

namespace pveform::desired {

/// The synced realm whose directory the group comes from; null where it comes from none.
[[nodiscard]] const std::pair<const RealmId, RealmRule>*
directory_of(const Document& document, const GroupId& group);

} // namespace pveform::desired
