// What a document can say. Live objects can be otherwise: older releases and hand-edited files let
// through what the document's grammar refuses. The loader itself is asked, so that the two cannot
// come to differ.
#pragma once

#include <optional>
#include <string>

#include "model/state.hpp"

namespace pveform::exporting {

/// Why a document cannot say it, in the loader's words; nothing where it can.
using Objection = std::optional<std::string>;

[[nodiscard]] Objection objection_to(const UserId& id);
[[nodiscard]] Objection objection_to(const GroupId& id);
[[nodiscard]] Objection objection_to(const RoleId& id);

/// As something to declare, not as something that an ACL entry names.
[[nodiscard]] Objection objection_to_declaring(const RoleId& id);

/// The whole row but its principal.
[[nodiscard]] Objection objection_to(const AclKey& row);

[[nodiscard]] Objection objection_to(const Privilege& privilege);

/// `max_characters` 0: no limit.
[[nodiscard]] Objection objection_to_text(const std::string& text, std::size_t max_characters = 0);
[[nodiscard]] Objection objection_to_email(const std::string& text);

/// `Expiry::unconfirmed` and `Expiry::suspended` are refused as well.
[[nodiscard]] Objection objection_to(Expiry expiry);

} // namespace pveform::exporting
