// PVE's effective permissions: who may do what where. Pure functions over State.
// Mirrors pve-access-control: src/PVE/AccessControl.pm (roles) and src/PVE/RPCEnvironment.pm
// (privileges, pools, token intersection).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/state.hpp"

namespace pveform::access {

/// Privilege → whether it propagates to paths below. Present means granted.
using Privileges = std::map<Privilege, bool>;

/// Answers questions about one state; made once per state, since it builds the tree of ACL entries.
/// The state must outlive it. Whether a user or token is enabled or expired is not considered, as
/// in PVE.
class Evaluator {
public:
    explicit Evaluator(const State& state);
    Evaluator(Evaluator&&) noexcept;
    Evaluator& operator=(Evaluator&&) noexcept;
    Evaluator(const Evaluator&) = delete;
    Evaluator& operator=(const Evaluator&) = delete;
    ~Evaluator();

    /// `path` is taken verbatim, as GET /access/permissions?path= takes it: a missing leading slash
    /// skips the root, a trailing one loses what comes through pools. For a user or a token;
    /// a group has no privileges of its own.
    [[nodiscard]] Privileges privileges(const Principal& principal, std::string_view path) const;

    /// The same, if the guest or storage at `path` were in these pools as well (`/pool/prod`): for
    /// pools whose members are not known.
    [[nodiscard]] Privileges privileges_in_pools(
        const Principal& principal, std::string_view path, const std::vector<std::string>& pools
    ) const;

    /// Whether the privilege is held there, propagating or not.
    [[nodiscard]] bool
    holds(const Principal& principal, std::string_view path, const Privilege& privilege) const;

private:
    class Index;
    std::unique_ptr<const Index> index_;
};

} // namespace pveform::access
