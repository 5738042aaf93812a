// What users and logins share.
#pragma once

#include <string>
#include <string_view>

#include "simulator/failure.hpp"
#include "simulator/store.hpp"

namespace pveform::simulator {

/// Sets a password through the user's realm (PVE's domain_set_password).
[[nodiscard]] Outcome<void>
set_password(Store& store, const std::string& user, std::string_view password);

/// The existing user whose name differs at most by case, where the realm does not tell case apart;
/// else the name itself. Several are an error, unless the caller only asks whether there is one
/// (PVE's lookup_username).
[[nodiscard]] Outcome<std::string>
lookup_user(const Store& store, const std::string& user, bool may_be_ambiguous);

/// Passwords got longer with 8.3.
[[nodiscard]] std::size_t min_password_length(Release release);

} // namespace pveform::simulator
