// What PVE demands of whoever sends a request, as its own permission checks do.
// Mirrors pve-access-control: src/PVE/API2/{User,Group,Role,ACL}.pm (the `permissions` of each
// method) and src/PVE/RPCEnvironment.pm (check_api2_permissions, check_perm_userid_group).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "access/evaluator.hpp"
#include "model/state.hpp"
#include "plan/step.hpp"

namespace pveform::plan {

/// Why PVE would refuse a request, and what would change that.
struct Denial {
    std::string reason; // `needs Sys.Modify on /access`
    Privilege privilege;
    AclPath path;
};

/// The privilege that suffices, besides Permissions.Modify, to grant at a path as much as one holds
/// there oneself; empty for none.
[[nodiscard]] std::string_view delegating_privilege(std::string_view path);

/// Of one identity (a user with a ticket or a token) in one state. The state and the evaluator of
/// it must outlive it.
class Rights {
public:
    Rights(const State& state, const access::Evaluator& evaluator, const Principal& identity)
        : state_(state), evaluator_(evaluator), identity_(identity) {}

    /// Nothing where PVE would carry the command out. Ask about `as_demanded` commands.
    [[nodiscard]] std::optional<Denial> denial_of(const Command& command) const;

    /// The command in the form that PVE demands of this identity: an administrator of single groups
    /// must name one of them in every update of a user, even where no membership changes.
    [[nodiscard]] Command as_demanded(Command command) const;

    [[nodiscard]] bool holds(std::string_view privilege, const std::string& path) const;

private:
    friend struct RightsCheck;

    const State& state_;
    const access::Evaluator& evaluator_;
    const Principal& identity_;
};

} // namespace pveform::plan
