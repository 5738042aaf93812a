#include "policy/assertions.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include <fmt/format.h>

#include "access/hidden_pools.hpp"
#include "base/text.hpp"
#include "model/inventory.hpp"
#include "model/object_paths.hpp"
#include "policy/because.hpp"
#include "policy/path_patterns.hpp"
#include "policy/upper_bound.hpp"

namespace pveform::policy {

namespace {

using desired::Assertion;

constexpr std::size_t max_named = 3; // of those who cannot log in

std::string names_of(const std::map<Privilege, Span>& privileges) {
    std::vector<std::string> names;
    for (const auto& [privilege, span] : privileges) {
        names.push_back(privilege.text);
    }
    return names.empty() ? std::string("nothing") : join(names, ", ");
}

std::string words_of(const Assertion& assertion) {
    std::vector<std::string> claims;
    if (!assertion.allows.empty()) {
        claims.push_back("allows " + names_of(assertion.allows));
    }
    if (!assertion.denies.empty()) {
        claims.push_back("denies " + names_of(assertion.denies));
    }
    if (assertion.only_role) {
        claims.push_back("only role " + assertion.only_role->value.text);
    }
    if (assertion.only_privileges) {
        claims.push_back("only " + names_of(*assertion.only_privileges));
    }
    return fmt::format(
        "`{}` on `{}`: {}",
        assertion.principal.value.pattern,
        assertion.path.value.pattern,
        join(claims, "; ")
    );
}

std::set<Privilege> names_in(const access::Privileges& privileges) {
    std::set<Privilege> names;
    for (const auto& [privilege, propagates] : privileges) {
        names.insert(privilege);
    }
    return names;
}

/// What a claim expects, with its role looked up.
struct Claim {
    std::set<Privilege> allowed;
    std::set<Privilege> denied;
    std::optional<std::set<Privilege>> only;

    [[nodiscard]] bool denies_only() const { return allowed.empty() && !only; }

    /// (missing, excess): both empty where it holds.
    [[nodiscard]] std::pair<std::set<Privilege>, std::set<Privilege>>
    judge(const std::set<Privilege>& held) const {
        std::set<Privilege> missing;
        std::set<Privilege> excess;
        const auto without = [](const auto& from, const auto& what, auto& result) {
            std::ranges::set_difference(from, what, std::inserter(result, result.end()));
        };
        without(allowed, held, missing);
        std::ranges::set_intersection(denied, held, std::inserter(excess, excess.end()));
        if (only) {
            without(*only, held, missing);
            without(held, *only, excess);
        }
        return {std::move(missing), std::move(excess)};
    }
};

/// Answers for all assertions on one state.
class Tests {
public:
    Tests(const State& state, const std::set<AclPath>& hidden_pools, UnixSeconds now)
        : state_(state), now_(now), evaluator_(state), upper_bound_(state), known_(state),
          hidden_(hidden_pools, state), inventory_(inventory_of(state, hidden_pools)),
          all_privileges_(state.privileges()) {
        if (hidden_.are_possible()) {
            possible_pools_ = hidden_.nameless();
            for (const auto& [key, grant] : state.acl) {
                if (hidden_.may_be_at(key.path.text)) {
                    possible_pools_.push_back(key.path.text);
                }
            }
        }
    }

    [[nodiscard]] Verdict verdict_on(const Assertion& assertion) const {
        Verdict verdict{.claim = words_of(assertion), .span = assertion.span};
        Claim claim;
        verdict.obstacle = obstacle_to(assertion, claim);
        if (!verdict.obstacle.empty()) {
            verdict.outcome = Outcome::fails;
            return verdict;
        }
        const auto principals = principals_of(assertion);
        const auto paths = paths_of(assertion);
        if (principals.empty() || paths.empty()) {
            verdict.outcome = Outcome::fails;
            verdict.obstacle =
                principals.empty()
                    ? fmt::format("nobody matches `{}`", assertion.principal.value.pattern)
                    : fmt::format(
                          "no path matches `{}`: nothing of that name is there",
                          assertion.path.value.pattern
                      );
            return verdict;
        }
        for (const Principal& principal : principals) {
            if (claim.denies_only() && !upper_bound_.may_hold_any(principal, claim.denied)) {
                verdict.cases += paths.size();
                continue;
            }
            for (const std::string& path : paths) {
                add_case(verdict, claim, principal, path);
            }
        }
        if (verdict.outcome == Outcome::holds && !claim.allowed.empty()) {
            verdict.note = note_on(principals);
        }
        return verdict;
    }

private:
    /// Fills in the claim; words where it cannot be one.
    std::string obstacle_to(const Assertion& assertion, Claim& claim) const {
        std::string obstacle;
        const auto take = [&](const std::map<Privilege, Span>& from, std::set<Privilege>& to) {
            for (const auto& [privilege, span] : from) {
                to.insert(privilege);
                if (!all_privileges_.contains(privilege)) {
                    obstacle = fmt::format(
                        "PVE {} knows no privilege `{}`", state_.release.text(), privilege.text
                    );
                }
            }
        };
        take(assertion.allows, claim.allowed);
        take(assertion.denies, claim.denied);
        if (assertion.only_privileges) {
            take(*assertion.only_privileges, claim.only.emplace());
        }
        if (assertion.only_role) {
            const auto role = state_.roles.find(assertion.only_role->value);
            if (role == state_.roles.end()) {
                return fmt::format("there is no role `{}`", assertion.only_role->value.text);
            }
            claim.only = role->second.privileges;
        }
        return obstacle;
    }

    std::set<Principal> principals_of(const Assertion& assertion) const {
        const Glob& glob = assertion.principal.value;
        std::set<Principal> found;
        const auto add = [&](const Principal& principal) {
            const bool is_root = principal == Principal::of(root_user);
            if (!is_root || glob.pattern == root_user.text) {
                found.insert(principal);
            }
        };
        const auto take_matching = [&](const auto& objects) {
            for (const auto& [id, object] : objects) {
                if (glob.matches(Principal::of(id).text())) {
                    add(Principal::of(id));
                }
            }
        };
        take_matching(state_.users);
        take_matching(state_.tokens);
        for (const auto& [id, group] : state_.groups) {
            if (!glob.matches(Principal::of(id).text())) {
                continue;
            }
            for (const UserId& member : group.members) {
                if (state_.users.contains(member)) {
                    add(Principal::of(member));
                }
            }
        }
        return found;
    }

    /// Empty where none of them can be there.
    std::set<std::string> paths_of(const Assertion& assertion) const {
        auto paths = known_.matching(assertion.path.value);
        const bool is_something = std::ranges::any_of(paths, [&](const std::string& path) {
            return inventory_.may_exist(AclPath{path});
        });
        return is_something ? paths : std::set<std::string>();
    }

    /// Empty where all of them can log in.
    std::string note_on(const std::set<Principal>& principals) const {
        std::vector<std::string> names;
        std::size_t more = 0;
        for (const Principal& principal : principals) {
            if (can_log_in(state_, principal, now_)) {
                continue;
            }
            if (names.size() < max_named) {
                names.push_back(fmt::format("`{}`", principal.text()));
            } else {
                ++more;
            }
        }
        return names.empty() ? std::string()
                             : fmt::format(
                                   "holds, but {}{} cannot log in (disabled or expired)",
                                   join(names, ", "),
                                   more > 0 ? fmt::format(" and {} more", more) : ""
                               );
    }

    void add_case(
        Verdict& verdict, const Claim& claim, const Principal& principal, const std::string& path
    ) const {
        ++verdict.cases;
        std::set<Privilege> held = names_in(evaluator_.privileges(principal, path));
        auto [missing, excess] = claim.judge(held);
        const bool holds = missing.empty() && excess.empty();
        if (depends_on_hidden_pools(claim, principal, path, holds)) {
            verdict.outcome = Outcome::unknown;
            return;
        }
        if (holds) {
            return;
        }
        if (verdict.outcome == Outcome::holds) {
            verdict.outcome = Outcome::fails;
        }
        std::string shown_path = path;
        std::ranges::replace(shown_path, any_other, '*');
        verdict.failures.push_back({
            .principal = principal,
            .path = shown_path,
            .missing = std::move(missing),
            .excess = std::move(excess),
            .held = std::move(held),
            .because = because(state_, principal, path, shown_path),
        });
    }

    /// Whether the verdict would be another, if the guest or storage were in pools that nobody saw:
    /// in one of them, for what NoAccess takes away; in all others at once, for what they add up
    /// to.
    bool depends_on_hidden_pools(
        const Claim& claim, const Principal& principal, const std::string& path, bool holds
    ) const {
        const bool can_be_member = member_kind(path) && std::ranges::count(path, '/') == 2;
        if (possible_pools_.empty() || !can_be_member) {
            return false;
        }
        const auto differs_in = [&](const std::vector<std::string>& pools) {
            const auto held = names_in(evaluator_.privileges_in_pools(principal, path, pools));
            const auto [missing, excess] = claim.judge(held);
            return (missing.empty() && excess.empty()) != holds;
        };
        for (const std::string& one : possible_pools_) {
            for (const std::string& other : possible_pools_) {
                if (differs_in({one, other})) {
                    return true;
                }
            }
        }
        return differs_in(possible_pools_);
    }

    const State& state_;
    UnixSeconds now_;
    access::Evaluator evaluator_;
    UpperBound upper_bound_;
    KnownPaths known_;
    access::HiddenPools hidden_;
    Inventory inventory_;
    std::set<Privilege> all_privileges_;
    std::vector<std::string> possible_pools_; // that nobody saw
};

} // namespace

std::vector<Verdict> evaluate(
    const std::vector<desired::Assertion>& assertions,
    const State& state,
    const std::set<AclPath>& hidden_pools,
    UnixSeconds now
) {
    std::vector<Verdict> verdicts;
    if (assertions.empty()) {
        return verdicts;
    }
    const Tests tests(state, hidden_pools, now);
    for (const Assertion& assertion : assertions) {
        verdicts.push_back(tests.verdict_on(assertion));
    }
    return verdicts;
}

} // namespace pveform::policy
