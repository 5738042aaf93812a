#include "plan/plan.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "base/text.hpp"
#include "plan/allowed.hpp"
#include "plan/diff.hpp"
#include "plan/foreign.hpp"
#include "plan/hidden_pools.hpp"
#include "plan/order.hpp"
#include "plan/ownership.hpp"
#include "plan/rehearsal.hpp"
#include "plan/selection_words.hpp"
#include "plan/steps.hpp"

namespace pveform::plan {

std::vector<TokenId> Plan::tokens_to_issue() const {
    std::vector<TokenId> tokens;
    for (const Step& step : steps) {
        if (const auto* issue = std::get_if<IssueToken>(&step.command)) {
            tokens.push_back(issue->declared);
        }
    }
    return tokens;
}

std::vector<access::Addition>
Plan::additions_behind(const access::Affected& affected, const access::Shift& shift) const {
    if (const auto known = additions.find({affected.principals.front(), shift});
        known != additions.end()) {
        return known->second;
    }
    return access::additions_behind(effective_access, affected, shift, before, after);
}

namespace {

bool disables(const Change& change) {
    return std::ranges::any_of(change.fields, [](const FieldChange& field) {
        return field.name == "enabled" && field.after == json::Value(false);
    });
}

/// Puts to each change the place and the words of the rule that asks for it.
void explain(
    std::vector<Change>& changes,
    const State& after,
    const Target& target,
    const Ownership& ownership
) {
    for (Change& change : changes) {
        const auto* user = std::get_if<UserId>(&change.key);
        // Whom pruning disables may be disabled already, or not in this part of the plan.
        const bool is_pruned = user != nullptr && target.disabled.contains(*user);
        const bool is_disabled = is_pruned && change.action == Action::update && disables(change);
        const auto origin =
            is_pruned && !is_disabled ? target.origins.end() : target.origins.find(change.key);
        if (origin != target.origins.end()) {
            change.source = origin->second.span;
            if (change.reason.empty()) {
                change.reason = origin->second.words;
            }
        }
        if (is_disabled) {
            change.action = Action::disable;
        }
        if (user != nullptr && !change.source) {
            if (const auto list = target.memberships.find(*user);
                list != target.memberships.end()) {
                change.source = list->second;
            }
        }
        if (change.action == Action::cascade) {
            change.is_foreign = is_foreign(change.key, after, target, ownership);
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

/// What the states cannot say about tokens that get a new secret.
void complete(std::vector<Step>& steps, const std::map<TokenId, Issue>& issues) {
    for (Step& step : steps) {
        auto* command = std::get_if<IssueToken>(&step.command);
        const auto issue = command != nullptr ? issues.find(command->id) : issues.end();
        if (issue != issues.end()) {
            command->declared = issue->second.declared;
            command->predecessor = issue->second.predecessor;
        }
    }
}

/// Of those that are there already and get another secret.
std::map<TokenId, std::string> reasons_to_rotate(const std::map<TokenId, Issue>& issues) {
    std::map<TokenId, std::string> reasons;
    for (const auto& [id, issue] : issues) {
        if (!issue.reason.empty()) {
            reasons.emplace(id, issue.reason);
        }
    }
    return reasons;
}

template<class Predicate>
std::size_t count_if(const std::vector<Change>& changes, Predicate predicate) {
    return static_cast<std::size_t>(std::ranges::count_if(changes, predicate));
}

/// Leaves the chosen changes and what is said of them, and says what that means.
Collected<void> choose_part(
    Plan& plan,
    Target& target,
    std::map<TokenId, std::string>& rotated,
    const desired::Document& document,
    const Selection& selection,
    Purpose purpose
) {
    auto part = TRY(narrow(plan.before, target, plan.changes, document, selection));
    const std::size_t left_out = count_if(plan.changes, [&](const Change& change) {
        return change.action != Action::cascade && !part.chosen.contains(change.key);
    });
    plan.part = Part{selection, left_out};
    const auto is_of_another = [&](const auto& one) {
        return !one.object.empty() && !selection.chooses(one.object) &&
               std::ranges::none_of(one.object, [&](const ObjectKey& key) {
                   return part.chosen.contains(key);
               });
    };
    std::erase_if(target.blocks, is_of_another);
    std::erase_if(plan.notices, is_of_another);
    const bool is_planned = purpose == Purpose::carry_out;
    std::string part_in_words = fmt::format(
        "only a part is {} (`{}`)", is_planned ? "planned" : "compared", flags_of(selection)
    );
    if (left_out > 0) {
        part_in_words += fmt::format(
            ": {} {} left out",
            plural(left_out, is_planned ? "other change" : "other difference"),
            left_out == 1 ? "is" : "are"
        );
    }
    plan.notices.push_back({std::move(part_in_words), {}});
    for (std::string& words : part.pulled_in) {
        plan.notices.push_back({std::move(words), {}});
    }
    plan.after = std::move(part.after);
    std::erase_if(plan.current_tokens, [&](const CurrentToken& one) {
        return !selection.chooses({one.holder, one.declared});
    });
    std::erase_if(rotated, [&](const auto& one) { return !part.chosen.contains(one.first); });
    plan.changes = difference(plan.before, plan.after, rotated);
    return {};
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

/// The guards.
void look_for_obstacles(
    Plan& plan, const desired::Document& document, const Circumstances& circumstances
) {
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
    std::ranges::move(
        check_ends(
            plan.before,
            plan.after,
            circumstances.applier,
            circumstances.now,
            document,
            circumstances.allowances
        ),
        std::back_inserter(plan.blocks)
    );
    plan.allowed = allowed_blocks(plan, document, circumstances.allowances);
}

} // namespace

Extent extent_of(const State& state) {
    return {state.users.size(), state.groups.size(), state.acl.size()};
}

Collected<Plan> make_plan(
    const State& live, const desired::Document& document, const Circumstances& circumstances
) {
    // What is wanted, laid over what is there.
    Target target = TRY(target_state(
        live, document, circumstances.now, circumstances.rotation, circumstances.knows_realms
    ));
    std::map<TokenId, std::string> rotated = reasons_to_rotate(target.issues);
    Plan plan;
    plan.now = circumstances.now;
    plan.rotation = circumstances.rotation;
    plan.before = live;
    plan.extent = extent_of(live);
    plan.notices = std::move(target.notices);
    plan.left_alone = std::move(target.left_alone);
    plan.current_tokens = std::move(target.current_tokens);
    plan.hidden_pools = circumstances.hidden_pools;
    if (!plan.hidden_pools.empty()) {
        plan.notices.push_back(
            {hidden_pools_in_words(plan.hidden_pools, circumstances.reader, live), {}}
        );
    }

    // What differs, and who asked for it.
    plan.changes = difference(plan.before, target.state, rotated);
    if (circumstances.selection.is_everything()) {
        plan.after = std::move(target.state);
    } else {
        TRY(choose_part(
            plan, target, rotated, document, circumstances.selection, circumstances.purpose
        ));
    }
    explain(plan.changes, plan.after, target, Ownership(document));
    plan.effective_access = access::difference(plan.before, plan.after, plan.now);

    if (circumstances.purpose == Purpose::look) {
        return plan;
    }

    // How to get there, request by request.
    Rehearsal rehearsal(plan.before, plan.after, circumstances.now, plan.hidden_pools);
    std::vector<Step> steps = steps_for(plan.changes, plan.before, plan.after);
    complete(steps, target.issues);
    auto ordered = in_order(
        std::move(steps),
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
    plan.blocks = std::move(target.blocks);
    look_for_obstacles(plan, document, circumstances);
    return plan;
}

} // namespace pveform::plan
