#include "model/object_key.hpp"

#include <array>

#include <fmt/format.h>

namespace pveform {

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

std::string_view kind_of(const ObjectKey& key) {
    constexpr std::array<std::string_view, std::variant_size_v<ObjectKey>> kinds = {
        "role", "group", "user", "token", "acl"};
    return kinds.at(key.index());
}

std::string name_of(const ObjectKey& key) {
    return std::visit([](const auto& id) { return name(id); }, key);
}

} // namespace pveform
