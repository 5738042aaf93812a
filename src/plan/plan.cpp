#include "plan/plan.hpp"

#include "plan/diff.hpp"
#include "plan/order.hpp"
#include "plan/rehearsal.hpp"
#include "plan/steps.hpp"

namespace pveform::plan {

std::vector<TokenId> Plan::tokens_to_issue() const {
    std::vector<TokenId> tokens;
    for (const Step& step : steps) {
        if (const auto* issue = std::get_if<IssueToken>(&step.command)) {
            tokens.push_back(issue->id);
        }
    }
    return tokens;
}

Collected<Plan> make_plan(
    const State& live, const desired::Document& document, const Circumstances& circumstances
) {
    Target target = TRY(target_state(live, document));

    Plan plan;
    plan.before = live;
    plan.after = std::move(target.state);
    plan.notices = std::move(target.notices);
    plan.left_alone = target.left_alone;

    plan.changes = difference(plan.before, plan.after);
    for (Change& change : plan.changes) {
        if (const auto origin = target.origins.find(change.key); origin != target.origins.end()) {
            change.source = origin->second;
        }
        if (change.reason.empty() && change.action == Action::destroy) {
            change.reason = "not in the list";
        }
    }

    Rehearsal rehearsal(plan.before, plan.after, circumstances.now);
    auto steps = in_order(
        steps_for(plan.changes, plan.before, plan.after), rehearsal, circumstances.running
    );
    if (!steps) {
        return std::unexpected(Errors{std::move(steps).error()});
    }
    plan.steps = std::move(*steps);
    return plan;
}

} // namespace pveform::plan
