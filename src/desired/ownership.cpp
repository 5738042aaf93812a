#include "desired/ownership.hpp"

namespace pveform::desired {

bool AclPattern::matches(const AclPath& row_path, const Principal& row_principal) const {
    return (!path || path->matches(row_path.text)) &&
           (!principal || principal->matches(row_principal.text()));
}

} // namespace pveform::desired
