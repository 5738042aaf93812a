#include "apply/execute.hpp"

#include <fmt/format.h>

#include "apply/perform.hpp"
#include "apply/verify_secrets.hpp"
#include "plan/rehearsal.hpp"

namespace pveform::apply {

namespace {

/// Why it makes no sense to send anything after this result; empty if it does.
std::string reason_to_stop(const StepResult& result) {
    if (result.outcome == Outcome::unknown) {
        return "the cluster is out of reach";
    }
    if (!result.error) {
        return {};
    }
    if (result.error->kind == ErrorKind::unreachable) {
        return "the cluster is out of reach";
    }
    if (result.error->kind == ErrorKind::authentication) {
        return "PVE no longer accepts who we say we are";
    }
    return {};
}

/// Where an apply stands between two steps.
class Execution {
public:
    Execution(const plan::Plan& plan, Tools& tools)
        : tools_(tools), rehearsal_(plan.before, plan.after, plan.now, plan.hidden_pools) {}

    [[nodiscard]] const State& state() const { return rehearsal_.state(); }

    /// Why nothing at all is sent any more; empty if it makes sense to.
    [[nodiscard]] std::string reason_to_end() const {
        return stop_.empty() && tools_.interrupted() ? "interrupted" : stop_;
    }

    /// Why a step cannot be attempted; empty if it can.
    [[nodiscard]] std::string obstacle(const plan::Command& command) const {
        if (std::string reason = reason_to_end(); !reason.empty()) {
            return reason;
        }
        if (!is_ready(command, state())) {
            return "it needs something that failed before";
        }
        return failed_ ? obstacle_after_failure(command) : std::string();
    }

    void take(const plan::Command& command, const StepResult& result) {
        if (result.outcome == Outcome::done) {
            rehearsal_.take(command);
            return;
        }
        failed_ = true;
        stop_ = reason_to_stop(result);
        sink_failed_ = sink_failed_ || result.secret_not_stored;
    }

private:
    [[nodiscard]] std::string obstacle_after_failure(const plan::Command& command) const {
        if (is_revocation(command, state())) {
            return "nothing is taken away any more after a failure";
        }
        if (sink_failed_ && std::holds_alternative<plan::IssueToken>(command)) {
            return "its secret could not be stored";
        }
        if (const auto excess = rehearsal_.excess_after(command)) {
            return fmt::format(
                "without the step that failed it would give `{}` {} on {}",
                excess->principal.text(),
                excess->privilege.text,
                excess->path
            );
        }
        if (const auto loss = rehearsal_.loss_after(command)) {
            return fmt::format(
                "it would take {} on {} from `{}`, and nothing is taken away any more after a "
                "failure",
                loss->privilege.text,
                loss->path,
                loss->principal.text()
            );
        }
        return {};
    }

    Tools& tools_;
    plan::Rehearsal rehearsal_;
    bool failed_ = false;
    bool sink_failed_ = false;
    std::string stop_;
};

StepResult not_attempted(std::string reason) {
    StepResult result;
    result.reason = std::move(reason);
    return result;
}

} // namespace

Receipt execute(const plan::Plan& plan, Tools& tools) {
    Receipt receipt;
    Execution execution(plan, tools);
    Performer performer(tools, receipt);
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        const plan::Step& step = plan.steps[i];
        std::string reason = execution.obstacle(step.command);
        if (reason.empty()) {
            tools.progress.started(step, i + 1, plan.steps.size());
            receipt.results.push_back(performer.perform(step.command, execution.state()));
            execution.take(step.command, receipt.results.back());
        } else {
            receipt.results.push_back(not_attempted(std::move(reason)));
        }
        tools.progress.finished(step, receipt.results.back());
    }
    if (tools.connect_as) {
        receipt.checks = verify_secrets(
            {.promised = plan.after, .now = plan.now, .reason_to_skip = execution.reason_to_end()},
            performer.new_secrets(),
            tools
        );
    }
    return receipt;
}

} // namespace pveform::apply
