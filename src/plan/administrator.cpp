#include "plan/administrator.hpp"

#include <algorithm>

#include "access/evaluator.hpp"

namespace pveform::plan {

bool any_administrator(
    const State& state, UnixSeconds now, const std::function<bool(const Principal&)>& is_meant
) {
    const Principal root = Principal::of(root_user);
    if (can_log_in(state, root, now) && is_meant(root)) {
        return true;
    }
    const access::Evaluator evaluator(state);
    const Privilege modify{"Permissions.Modify"};
    const auto fits = [&](const auto& one) {
        const Principal principal = Principal::of(one.first);
        return can_log_in(state, principal, now) && evaluator.holds(principal, "/", modify) &&
               is_meant(principal);
    };
    return std::ranges::any_of(state.users, fits) || std::ranges::any_of(state.tokens, fits);
}

} // namespace pveform::plan
