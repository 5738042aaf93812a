// One step of a plan: its request or requests, and what to do when an answer is an error or none.
#pragma once

#include "apply/execute.hpp"
#include "apply/receipt.hpp"
#include "plan/step.hpp"

namespace pveform::apply {

class Performer {
public:
    /// `receipt` gets the secrets that were stored; the result of the step is the caller's to add.
    Performer(Tools& tools, Receipt& receipt) : tools_(tools), receipt_(receipt) {}

    [[nodiscard]] StepResult perform(const plan::Command& command);

private:
    [[nodiscard]] Result<void> send(const plan::Command& command);
    [[nodiscard]] StepResult perform_once(const plan::Command& command);
    [[nodiscard]] StepResult issue(const plan::IssueToken& command);
    [[nodiscard]] Result<Secret> obtain_secret(const plan::IssueToken& command, StepResult& result);
    [[nodiscard]] Result<void> store(const plan::IssueToken& command, Secret secret);
    [[nodiscard]] Result<void> activate(const plan::IssueToken& command);

    Tools& tools_;
    Receipt& receipt_;
};

} // namespace pveform::apply
