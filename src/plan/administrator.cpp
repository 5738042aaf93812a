#include "plan/administrator.hpp"

#include "access/evaluator.hpp"

namespace pveform::plan {

std::optional<Principal> some_administrator(
    const State& state, UnixSeconds now, const std::function<bool(const Principal&)>& is_meant
) {
    const Principal root = Principal::of(root_user);
    if (can_log_in(state, root, now) && is_meant(root)) {
        return root;
    }
    const access::Evaluator evaluator(state);
    const Privilege modify{"Permissions.Modify"};
    const auto fits = [&](const Principal& principal) {
        return can_log_in(state, principal, now) && evaluator.holds(principal, "/", modify) &&
               is_meant(principal);
    };
    for (const auto& [id, user] : state.users) {
        if (const Principal principal = Principal::of(id); fits(principal)) {
            return principal;
        }
    }
    for (const auto& [id, token] : state.tokens) {
        if (const Principal principal = Principal::of(id); fits(principal)) {
            return principal;
        }
    }
    return std::nullopt;
}

bool any_administrator(
    const State& state, UnixSeconds now, const std::function<bool(const Principal&)>& is_meant
) {
    return some_administrator(state, now, is_meant).has_value();
}

} // namespace pveform::plan
