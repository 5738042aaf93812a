#include "plan/change.hpp"

#include <array>

#include <fmt/format.h>

namespace pveform::plan {

namespace {

std::string name(const RoleId& id) {
    return id.text;
}

std::string name(const GroupId& id) {
    return id.text;
}

std::string name(const UserId& id) {
    return id.text;
}

std::string name(const TokenId& id) {
    return id.text();
}

std::string name(const AclKey& key) {
    return fmt::format("{} {} {}", key.path.text, key.principal.text(), key.role.text);
}

} // namespace

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

std::string_view kind_of(const ObjectKey& key) {
    constexpr std::array<std::string_view, std::variant_size_v<ObjectKey>> kinds = {
        "role", "group", "user", "token", "acl"};
    return kinds.at(key.index());
}

std::string name_of(const ObjectKey& key) {
    return std::visit([](const auto& id) { return name(id); }, key);
}

const RoleId* role_granted_by(const Change& change) {
    const auto* row = std::get_if<AclKey>(&change.key);
    const bool grants = change.action == Action::create || change.action == Action::update;
    return row != nullptr && grants ? &row->role : nullptr;
}

} // namespace pveform::plan
