// The requests that carry out a plan, as values; and what each of them does to a state, so that a
// plan can be thought through before anything is sent.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "model/edit.hpp"
#include "model/state.hpp"
#include "plan/change.hpp"

namespace pveform::plan {

struct CreateRole {
    RoleId id;
    std::set<Privilege> privileges;
};

struct SetRolePrivileges {
    RoleId id;
    std::set<Privilege> privileges; // all of them, unless `append`
    bool append = false;
};

struct CreateGroup {
    GroupId id;
    std::string comment;
};

struct SetGroupComment {
    GroupId id;
    std::string comment;
};

struct CreateUser {
    UserId id;
    UserEdit fields;
};

struct UpdateUser {
    UserId id;
    UserEdit fields;
};

/// The token that had a turn before another one; it must live on for a while, and not for longer.
struct Predecessor {
    TokenId id;
    Expiry until;
};

/// Issues a secret in two phases (created dead, secret stored, brought to life); `token` is how
/// the token ends up. With `exists`, an existing one gets a new secret.
struct IssueToken {
    TokenId id;
    Token token;
    bool exists = false;
    TokenId declared = id; // what the document calls it, and consumers look the secret up by
    std::optional<Predecessor> predecessor = {}; // of a turn; ready once its end is that
};

struct UpdateToken {
    TokenId id;
    TokenEdit fields;
};

struct DestroyToken {
    TokenId id;
};

/// With everything that PVE removes along with a user: tokens, memberships, ACL rows.
struct DestroyUser {
    UserId id;
};

/// With its ACL rows.
struct DestroyGroup {
    GroupId id;
};

/// With the ACL rows that name it.
struct DestroyRole {
    RoleId id;
};

struct ChangeAcl {
    AclEdit edit;
};

using Command = std::variant<
    CreateRole,
    SetRolePrivileges,
    CreateGroup,
    SetGroupComment,
    CreateUser,
    UpdateUser,
    IssueToken,
    UpdateToken,
    DestroyToken,
    DestroyUser,
    DestroyGroup,
    DestroyRole,
    ChangeAcl>;

struct Step {
    Command command;
    std::vector<std::size_t> changes; // indexes of the plan's changes that it takes part in
};

/// Whether PVE would accept it now: everything that it names is there.
[[nodiscard]] bool is_ready(const Command& command, const State& state);

/// What the cluster looks like afterwards. The command must be ready.
void carry_out(const Command& command, State& state);

/// Whether it takes something away: rights, memberships, life time, a token.
[[nodiscard]] bool is_revocation(const Command& command, const State& state);

/// What it does, for receipts and errors: `add PVEVMUser for alice@pve, @ops at /vms`.
[[nodiscard]] std::string describe(const Command& command);

} // namespace pveform::plan
