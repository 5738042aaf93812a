// priv/token.cfg: the secrets of API tokens, one `USER@REALM!TOKEN SECRET` a line.
// Mirrors pve-access-control: src/PVE/TokenConfig.pm.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace pveform::formats {

/// Full token id → secret. It may name tokens that do not exist: PVE leaves secrets behind.
using TokenSecrets = std::map<std::string, std::string>;

/// Lines that PVE would skip are skipped.
[[nodiscard]] TokenSecrets parse_token_config(std::string_view bytes);

[[nodiscard]] std::string write_token_config(const TokenSecrets& secrets);

} // namespace pveform::formats
