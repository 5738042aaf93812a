// One step of a plan: its request or requests, and what to do when an answer is an error or none.
#pragma once

#include "apply/execute.hpp"
#include "apply/receipt.hpp"
#include "plan/step.hpp"

namespace pveform::apply {

/// A secret that is stored and whose token is alive.
struct NewSecret {
    TokenId id;
    Secret secret;
};

class Performer {
public:
    /// `receipt` gets the secrets that were stored; the result of the step is the caller's to add.
    Performer(Tools& tools, Receipt& receipt) : tools_(tools), receipt_(receipt) {}

    /// Those that were issued so far.
    [[nodiscard]] const std::vector<NewSecret>& new_secrets() const { return new_secrets_; }

    /// `present` is the cluster as it is before the step, as far as this run knows.
    [[nodiscard]] StepResult perform(const plan::Command& command, const State& present);

private:
    [[nodiscard]] Result<void> send(const plan::Command& command);
    [[nodiscard]] StepResult request(const plan::Command& command);
    [[nodiscard]] Result<plan::UpdateUser>
    with_present_groups(const plan::UpdateUser& command, const State& expected);
    [[nodiscard]] Result<plan::SetRolePrivileges>
    with_present_privileges(const plan::SetRolePrivileges& command, const State& expected);
    void look_for_remains(const UserId& user, const State& present, StepResult& result);

    // Of tokens (issue.cpp)

    struct Issuance;

    [[nodiscard]] StepResult issue(const plan::IssueToken& command, const State& present);
    [[nodiscard]] StepResult begin_renewal(Issuance& issuance, const State& present);
    [[nodiscard]] Result<void> check_rows(const TokenId& id, const State& present);
    [[nodiscard]] StepResult update_expiry(const plan::UpdateToken& command, const State& present);
    [[nodiscard]] Result<Secret> obtain_secret(Issuance& issuance);
    [[nodiscard]] Result<Secret> make_secret(Issuance& issuance, bool exists);
    void clear_up(Issuance& issuance);
    void warn_of_stored_secret(const Issuance& issuance, StepResult& last);
    [[nodiscard]] Result<void> store(const plan::IssueToken& command, const Secret& secret);
    [[nodiscard]] TokenEdit born_dead(const plan::IssueToken& command, bool exists) const;
    [[nodiscard]] UnixSeconds now_at_pve() const;

    [[nodiscard]] bool is_own(const TokenId& id) const { return id.text() == tools_.identity; }

    [[nodiscard]] StepResult restore_rows(const TokenId& id, const State& present);

    Tools& tools_;
    Receipt& receipt_;
    std::vector<NewSecret> new_secrets_;
};

} // namespace pveform::apply
