// The name of one object of the cluster, whatever its kind: as a value, and as the texts that
// documents, plans and command lines write it with.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "model/ids.hpp"
#include "model/state.hpp"

namespace pveform {

/// The order of the alternatives is that of creation.
using ObjectKey = std::variant<RoleId, GroupId, UserId, TokenId, AclKey>;

/// In the order of the alternatives.
enum class ObjectKind { role, group, user, token, acl };

inline constexpr std::array all_object_kinds = {
    ObjectKind::role, ObjectKind::group, ObjectKind::user, ObjectKind::token, ObjectKind::acl};

/// `role`, `group`, `user`, `token`, `acl`.
[[nodiscard]] std::string_view to_string(ObjectKind kind);

/// In sentences, where `acl` is `ACL entry`.
[[nodiscard]] std::string_view noun_of(ObjectKind kind);

/// From what `to_string` says.
[[nodiscard]] std::optional<ObjectKind> parse_object_kind(std::string_view text);

[[nodiscard]] ObjectKind kind_of(const ObjectKey& key);

/// `alice@pve`; of an ACL row `/vms alice@pve PVEVMUser`.
[[nodiscard]] std::string name_of(const ObjectKey& key);

/// Kind and name: `user:alice@pve`.
[[nodiscard]] std::string text_of(const ObjectKey& key);

/// The object of which `name_of` says this; nothing where it says it of none. Whether PVE would
/// take the ids in it is not looked at.
[[nodiscard]] std::optional<ObjectKey> parse_object(ObjectKind kind, std::string_view name);

/// The object of which `text_of` says this.
[[nodiscard]] std::optional<ObjectKey> parse_object(std::string_view text);

/// A user, group or token.
[[nodiscard]] ObjectKey object_of(const Principal& principal);

} // namespace pveform
