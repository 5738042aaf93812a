#include "desired/directories.hpp"

#include <algorithm>

namespace pveform::desired {

const std::pair<const RealmId, RealmRule>*
directory_of(const Document& document, const GroupId& group) {
    const auto found = std::ranges::find_if(document.realms, [&group](const auto& realm) {
        return realm.second.synced && is_group_of(group, realm.first);
    });
    return found == document.realms.end() ? nullptr : &*found;
}

} // namespace pveform::desired
