// The GETs of PVE's access API, one function each, decoded; and the whole view of a cluster.
// pve-access-control: src/PVE/API2/*.pm; pve-manager: PVE/API2.pm.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "live/transport.hpp"
#include "model/state.hpp"

namespace pveform::live {

/// Path → privilege → whether it propagates, as GET /access/permissions gives it.
using OwnPermissions = std::map<std::string, std::map<Privilege, bool>>;

/// Everything that a plan needs to know of a cluster.
struct View {
    State state;
    std::string version; // `9.2.11`
    OwnPermissions own;
};

/// Seven GETs. Refused with kind `incomplete_view` where PVE would filter what it lists: the error
/// names the missing privilege, the path, and the `pveum` command that grants it.
/// `identity` is who asks, as far as it is known (a token id or user id), for that command.
[[nodiscard]] Result<View> fetch(ReadTransport& transport, const std::string& identity);

/// One token as it is now; nothing where it does not exist. To find out what became of a write
/// whose answer was lost.
[[nodiscard]] Result<std::optional<Token>> fetch_token(ReadTransport& transport, const TokenId& id);

} // namespace pveform::live
