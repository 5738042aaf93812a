#include "plan/change.hpp"

#include <variant>

namespace pveform::plan {

std::string_view to_string(Action action) {
    switch (action) {
    case Action::create:
        return "create";
    case Action::update:
        return "update";
    case Action::destroy:
        return "destroy";
    case Action::disable:
        return "disable";
    case Action::rotate:
        return "rotate";
    case Action::cascade:
        return "cascade";
    }
    return {};
}

const RoleId* role_granted_by(const Change& change) {
    const auto* row = std::get_if<AclKey>(&change.key);
    const bool grants = change.action == Action::create || change.action == Action::update;
    return row != nullptr && grants ? &row->role : nullptr;
}

} // namespace pveform::plan
