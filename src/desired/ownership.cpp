#include "desired/ownership.hpp"

#include <algorithm>

namespace pveform::desired {

namespace {

bool any_match(const Globs& globs, std::string_view name) {
    return std::ranges::any_of(globs, [&](const Declared<Glob>& glob) {
        return glob.value.matches(name);
    });
}

} // namespace

bool Scope::contains(const UserId& id) const {
    return any_match(users, id.text);
}

bool Scope::contains(const TokenId& id) const {
    return contains(id.user);
}

bool Scope::contains(const GroupId& id) const {
    return any_match(groups, id.text);
}

bool Scope::contains(const RoleId& id) const {
    return any_match(roles, id.text);
}

bool Scope::contains(const AclKey& key) const {
    return std::ranges::any_of(acl, [&](const Declared<PathGlob>& glob) {
        return glob.value.matches(key.path.text);
    });
}

bool AclPattern::matches(const AclPath& row_path, const Principal& row_principal) const {
    return (!path || path->matches(row_path.text)) &&
           (!principal || principal->matches(row_principal.text()));
}

} // namespace pveform::desired
