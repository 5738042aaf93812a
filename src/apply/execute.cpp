#include "apply/execute.hpp"

#include <fmt/format.h>

#include "apply/perform.hpp"
#include "plan/rehearsal.hpp"

namespace pveform::apply {

namespace {

/// Why a step cannot be attempted in the state that the cluster is in by now; empty if it can.
std::string obstacle(const plan::Command& command, const plan::Rehearsal& rehearsal, bool failed) {
    if (!is_ready(command, rehearsal.state())) {
        return "it needs something that failed before";
    }
    if (!failed) {
        return {};
    }
    if (is_revocation(command, rehearsal.state())) {
        return "nothing is taken away any more after a failure";
    }
    if (const auto excess = rehearsal.excess_after(command)) {
        return fmt::format(
            "without the step that failed it would give `{}` {} on {}",
            excess->principal.text(),
            excess->privilege.text,
            excess->path
        );
    }
    return {};
}

StepResult not_attempted(std::string reason) {
    StepResult result;
    result.reason = std::move(reason);
    return result;
}

/// Whether it makes no sense to go on: nobody is there to answer.
bool is_out_of_reach(const StepResult& result) {
    return result.outcome == Outcome::unknown ||
           (result.error && result.error->kind == ErrorKind::unreachable);
}

} // namespace

Receipt execute(const plan::Plan& plan, Tools& tools) {
    Receipt receipt;
    plan::Rehearsal rehearsal(plan.before, plan.after, tools.clock.now());
    Performer performer(tools, receipt);
    bool failed = false;
    bool out_of_reach = false;
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        const plan::Step& step = plan.steps[i];
        std::string reason;
        if (out_of_reach) {
            reason = "the cluster is out of reach";
        } else if (tools.interrupted()) {
            reason = "interrupted";
        } else {
            reason = obstacle(step.command, rehearsal, failed);
        }
        if (!reason.empty()) {
            receipt.results.push_back(not_attempted(std::move(reason)));
            tools.progress.finished(step, receipt.results.back());
            continue;
        }
        tools.progress.started(step, i + 1, plan.steps.size());
        receipt.results.push_back(performer.perform(step.command));
        const StepResult& result = receipt.results.back();
        tools.progress.finished(step, result);
        if (result.outcome == Outcome::done) {
            rehearsal.take(step.command);
        } else {
            failed = true;
            out_of_reach = is_out_of_reach(result);
        }
    }
    return receipt;
}

} // namespace pveform::apply
