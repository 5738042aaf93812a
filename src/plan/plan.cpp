#include "plan/plan.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "plan/diff.hpp"
#include "plan/hidden_pools.hpp"
#include "plan/order.hpp"
#include "plan/ownership.hpp"
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

namespace {

/// Puts to each change the place and the words of the rule that asks for it.
void explain(std::vector<Change>& changes, const Target& target, const Ownership& ownership) {
    for (Change& change : changes) {
        if (const auto origin = target.origins.find(change.key); origin != target.origins.end()) {
            change.source = origin->second.span;
            if (change.reason.empty()) {
                change.reason = origin->second.words;
            }
        }
        if (const auto* user = std::get_if<UserId>(&change.key)) {
            if (const auto list = target.memberships.find(*user);
                !change.source && list != target.memberships.end()) {
                change.source = list->second;
            }
            if (change.action == Action::update && target.disabled.contains(*user)) {
                change.action = Action::disable;
            }
        }
        if (change.action == Action::cascade) {
            change.is_foreign =
                std::visit([&](const auto& id) { return !ownership.may_change(id); }, change.key);
        }
    }
}

/// Whether a user's expiry can be taken away for a while: a later run must own the user, and know
/// what to give back.
bool can_be_suspended(const UserId& id, const State& before, const desired::Document& document) {
    const auto declared = document.users.find(id);
    if (declared == document.users.end()) {
        return false;
    }
    const auto live = before.users.find(id);
    return live == before.users.end() || declared->second.expire ||
           live->second.expire.is_never() || live->second.expire == Expiry::suspended();
}

template<class Predicate>
std::size_t count_if(const std::vector<Change>& changes, Predicate predicate) {
    return static_cast<std::size_t>(std::ranges::count_if(changes, predicate));
}

Notice suspension_notice(const Suspension& suspension) {
    return {
        fmt::format(
            "`{}` is expired while its access changes and brought back at the end: in no order of "
            "requests would it not hold {} on {} for a moment",
            suspension.user.text,
            suspension.avoided.privilege.text,
            suspension.avoided.path
        ),
        {},
    };
}

} // namespace

Collected<Plan> make_plan(
    const State& live, const desired::Document& document, const Circumstances& circumstances
) {
    // What is wanted, laid over what is there.
    Target target = TRY(target_state(live, document, circumstances.now));
    Plan plan;
    plan.before = live;
    plan.after = std::move(target.state);
    plan.notices = std::move(target.notices);
    plan.blocks = std::move(target.blocks);
    plan.left_alone = std::move(target.left_alone);
    plan.hidden_pools = circumstances.hidden_pools;
    if (!plan.hidden_pools.empty()) {
        plan.notices.push_back(
            {hidden_pools_in_words(plan.hidden_pools, circumstances.reader, live), {}}
        );
    }

    // What differs, and who asked for it.
    plan.changes = difference(plan.before, plan.after);
    if (!circumstances.selection.is_everything()) {
        auto part = narrow(plan.before, plan.after, plan.changes, circumstances.selection);
        if (!part) {
            return std::unexpected(Errors{std::move(part).error()});
        }
        plan.after = std::move(part->after);
        plan.changes = difference(plan.before, plan.after);
        for (std::string& words : part->pulled_in) {
            plan.notices.push_back({std::move(words), {}});
        }
    }
    explain(plan.changes, target, Ownership(document));

    // How to get there, request by request.
    Rehearsal rehearsal(plan.before, plan.after, circumstances.now, plan.hidden_pools);
    auto ordered = in_order(
        steps_for(plan.changes, plan.before, plan.after),
        rehearsal,
        {.running = circumstances.applier.identity,
         .can_be_suspended = [&](const UserId& id
                             ) { return can_be_suspended(id, plan.before, document); }}
    );
    if (!ordered) {
        return std::unexpected(Errors{std::move(ordered).error()});
    }
    plan.steps = std::move(ordered->steps);
    for (const Suspension& suspension : ordered->suspended) {
        plan.notices.push_back(suspension_notice(suspension));
    }

    // What stands in the way.
    plan.applier = circumstances.applier;
    plan.limits = document.limits;
    plan.destroyed = count_if(plan.changes, takes_away_object);
    plan.entries_removed = count_if(plan.changes, removes_entry);
    std::ranges::move(
        check_destruction(
            plan.changes, plan.before, plan.after, document, circumstances.allowances
        ),
        std::back_inserter(plan.blocks)
    );
    SizeCheck size = check_size(plan.before, plan.after);
    std::ranges::move(size.blocks, std::back_inserter(plan.blocks));
    if (!size.warning.empty()) {
        plan.notices.push_back({std::move(size.warning), {}});
    }
    std::ranges::move(
        check_steps(
            plan.steps,
            plan.before,
            circumstances.applier,
            circumstances.now,
            circumstances.allowances
        ),
        std::back_inserter(plan.blocks)
    );
    return plan;
}

} // namespace pveform::plan
