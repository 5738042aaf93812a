// Which names PVE takes, and what it says about the others. More lenient than `parse` in
// model/ids.hpp: this is what PVE accepts, not what a user should declare. One exception: PVE
// tolerates a newline at the end of a name and damages its file; that is refused here.
// Mirrors pve-access-control: src/PVE/AccessControl.pm and src/PVE/Auth/Plugin.pm, pve-common:
// src/PVE/JSONSchema.pm.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "formats/perl_text.hpp"
#include "model/release.hpp"

namespace pveform::formats {

/// PVE's own words for what is wrong, without the newline at their end; nothing if all is well.
using Complaint = std::optional<std::string>;

[[nodiscard]] Complaint check_user_id(std::string_view text, Blanks blanks = Blanks::unicode);
[[nodiscard]] Complaint check_token_id(std::string_view text, Blanks blanks = Blanks::unicode);
[[nodiscard]] Complaint check_group_id(std::string_view text, Release release);
[[nodiscard]] Complaint check_role_id(std::string_view text);
[[nodiscard]] Complaint check_pool_id(std::string_view text);
[[nodiscard]] Complaint check_realm(std::string_view text);
[[nodiscard]] Complaint check_guest_id(std::string_view text);
[[nodiscard]] Complaint check_storage_id(std::string_view text, Release release);
[[nodiscard]] Complaint check_email(std::string_view text);

/// `[A-Za-z][A-Za-z0-9.\-_]+`: realms and the names of tokens.
[[nodiscard]] bool is_realm_or_token_name(std::string_view text);

/// What follows the last `@`, if that is a realm.
[[nodiscard]] std::string_view realm_of(std::string_view user_id);

/// PVE's normalize_path: one leading slash, none doubled, none at the end. Nothing for what it
/// refuses. Letters beyond ASCII pass in parameters, though not in the file that they end up in.
[[nodiscard]] std::optional<std::string>
normalize_path(std::string_view text, Blanks blanks = Blanks::unicode);

/// The node of PVE's ACL tree that a normalised path leads to: PVE skips components that are false
/// to Perl, so that `/storage/0` is `/storage`.
[[nodiscard]] std::string tree_path(std::string_view normalized);

} // namespace pveform::formats
