#include "apply/verify_secrets.hpp"

#include <set>

#include <fmt/format.h>

#include "access/evaluator.hpp"
#include "base/text.hpp"
#include "live/read.hpp"

namespace pveform::apply {

namespace {

/// Why a token cannot log in although its secret is good; empty if it can.
std::string reason_for_silence(const TokenId& id, const State& state, UnixSeconds now) {
    if (can_log_in(state, Principal::of(id), now)) {
        return {};
    }
    if (can_log_in(state, Principal::of(id.user), now)) {
        return "it has expired";
    }
    const auto user = state.users.find(id.user);
    const bool is_disabled = user != state.users.end() && !user->second.enabled;
    return fmt::format("its user is {}", is_disabled ? "disabled" : "expired");
}

/// The places where PVE's list and ours may differ.
std::set<std::string>
paths_of(const live::OwnPermissions& held, const TokenId& id, const State& state) {
    std::set<std::string> paths;
    for (const auto& [path, privileges] : held) {
        paths.insert(path);
    }
    for (const auto& [key, grant] : state.acl) {
        if (key.principal == Principal::of(id) || key.principal == Principal::of(id.user)) {
            paths.insert(key.path.text);
        }
    }
    return paths;
}

/// `lacks VM.Audit on /vms`; empty where the rights are those that were promised.
std::string disappointment(
    const TokenId& id, const live::OwnPermissions& held, const State& promised, bool all_pools_known
) {
    const access::Evaluator evaluator(promised);
    static const std::map<Privilege, bool> nothing;
    for (const std::string& path : paths_of(held, id, promised)) {
        const auto found = held.find(path);
        const auto& has = found == held.end() ? nothing : found->second;
        const access::Privileges should_have = evaluator.privileges(Principal::of(id), path);
        for (const auto& [privilege, propagates] : should_have) {
            if (!has.contains(privilege)) {
                return fmt::format("lacks {} on {}", privilege.text, path);
            }
        }
        for (const auto& [privilege, propagates] : has) {
            if (all_pools_known && !should_have.contains(privilege)) {
                return fmt::format("also holds {} on {}", privilege.text, path);
            }
        }
    }
    return {};
}

std::string problem_of(const NewSecret& secret, const State& promised, const Tools& tools) {
    const auto transport = tools.connect_as(secret.id, secret.secret);
    if (!transport) {
        return transport.error().message;
    }
    const auto held = live::fetch_own_permissions(**transport);
    if (!held) {
        return held.error().message;
    }
    const std::string what = disappointment(secret.id, *held, promised, tools.all_pools_known);
    return what.empty() ? std::string()
                        : fmt::format("it works, but {}, other than planned", printable(what));
}

} // namespace

std::vector<SecretCheck>
verify_secrets(const Promise& promise, const std::vector<NewSecret>& secrets, const Tools& tools) {
    std::vector<SecretCheck> checks;
    for (const NewSecret& secret : secrets) {
        SecretCheck check{.token = secret.id};
        check.skipped = promise.reason_to_skip.empty()
                            ? reason_for_silence(secret.id, promise.promised, promise.now)
                            : promise.reason_to_skip;
        if (check.skipped.empty()) {
            check.problem = problem_of(secret, promise.promised, tools);
        }
        checks.push_back(std::move(check));
    }
    return checks;
}

} // namespace pveform::apply
