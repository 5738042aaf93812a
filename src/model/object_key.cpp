#include "model/object_key.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"

namespace pveform {

static_assert(std::variant_size_v<ObjectKey> == all_object_kinds.size());

namespace {

std::string name_in_words(const RoleId& id) {
    return id.text;
}

std::string name_in_words(const GroupId& id) {
    return id.text;
}

std::string name_in_words(const UserId& id) {
    return id.text;
}

std::string name_in_words(const TokenId& id) {
    return id.text();
}

std::string name_in_words(const AclKey& key) {
    return fmt::format("{} {} {}", key.path.text, key.principal.text(), key.role.text);
}

/// `PATH PRINCIPAL ROLE`; none of them has blanks.
std::optional<ObjectKey> parse_row(std::string_view name) {
    const std::vector<std::string> parts = split(name, " ");
    if (parts.size() != 3 || !parts[0].starts_with('/')) {
        return std::nullopt;
    }
    return AclKey{AclPath{parts[0]}, principal_named(parts[1]), RoleId{parts[2]}};
}

std::optional<ObjectKey> parse_leniently(ObjectKind kind, std::string_view name) {
    switch (kind) {
    case ObjectKind::role:
        return RoleId{std::string(name)};
    case ObjectKind::group:
        return GroupId{std::string(name)};
    case ObjectKind::user:
        return UserId{std::string(name)};
    case ObjectKind::token:
        return split_token_id(name);
    case ObjectKind::acl:
        return parse_row(name);
    }
    return std::nullopt;
}

} // namespace

std::string_view to_string(ObjectKind kind) {
    switch (kind) {
    case ObjectKind::role:
        return "role";
    case ObjectKind::group:
        return "group";
    case ObjectKind::user:
        return "user";
    case ObjectKind::token:
        return "token";
    case ObjectKind::acl:
        return "acl";
    }
    return {};
}

std::string_view noun_of(ObjectKind kind) {
    return kind == ObjectKind::acl ? "ACL entry" : to_string(kind);
}

std::optional<ObjectKind> parse_object_kind(std::string_view text) {
    const auto found =
        std::ranges::find(all_object_kinds, text, [](ObjectKind kind) { return to_string(kind); });
    return found == all_object_kinds.end() ? std::nullopt : std::optional(*found);
}

ObjectKind kind_of(const ObjectKey& key) {
    return all_object_kinds.at(key.index());
}

std::string name_of(const ObjectKey& key) {
    return std::visit([](const auto& id) { return name_in_words(id); }, key);
}

std::string text_of(const ObjectKey& key) {
    return fmt::format("{}:{}", to_string(kind_of(key)), name_of(key));
}

std::optional<ObjectKey> parse_object(ObjectKind kind, std::string_view name) {
    auto key = parse_leniently(kind, name);
    return key && !name.empty() && name_of(*key) == name ? key : std::nullopt;
}

std::optional<ObjectKey> parse_object(std::string_view text) {
    const std::size_t colon = text.find(':');
    const auto kind = parse_object_kind(text.substr(0, colon));
    return kind && colon != std::string_view::npos ? parse_object(*kind, text.substr(colon + 1))
                                                   : std::nullopt;
}

ObjectKey object_of(const Principal& principal) {
    return std::visit([](const auto& id) { return ObjectKey(id); }, id_of(principal));
}

} // namespace pveform
