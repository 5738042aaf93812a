// What a folded difference says of one principal at one path, read as its header tells readers to.
#pragma once

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "access/difference.hpp"
#include "access/evaluator.hpp"

namespace pveform::test {

struct GainAndLoss {
    std::set<Privilege> gained;
    std::set<Privilege> lost;
    friend bool operator==(const GainAndLoss&, const GainAndLoss&) = default;
};

class Unfolded {
public:
    explicit Unfolded(const access::Difference& difference) : difference_(difference) {}

    [[nodiscard]] GainAndLoss at(const Principal& principal, const std::string& path) const {
        const access::Affected* affected = of(principal);
        const access::Shift* shift = affected == nullptr ? nullptr : shift_at(*affected, path);
        return shift == nullptr
                   ? GainAndLoss{}
                   : GainAndLoss{difference_.sets[shift->gained], difference_.sets[shift->lost]};
    }

    [[nodiscard]] const access::Affected* of(const Principal& principal) const {
        for (const access::Affected& one : difference_.affected) {
            if (std::ranges::find(one.principals, principal) != one.principals.end()) {
                return &one;
            }
        }
        return nullptr;
    }

private:
    [[nodiscard]] const access::Shift*
    shift_at(const access::Affected& affected, const std::string& path) const {
        const auto with = [&](access::Reach reach, const std::string& at) {
            return find(affected, [&](const access::Shift& shift) {
                return shift.reach == reach && difference_.paths[shift.place] == at;
            });
        };
        if (const auto* shift = with(access::Reach::path, path)) {
            return shift;
        }
        const auto* of_members = find(affected, [&](const access::Shift& shift) {
            if (shift.reach != access::Reach::members) {
                return false;
            }
            const auto& paths = difference_.members[shift.place].paths;
            return std::ranges::find(paths, path) != paths.end();
        });
        if (of_members != nullptr) {
            return of_members;
        }
        for (std::string above = path; above != "/";) {
            above.resize(above.rfind('/'));
            above = above.empty() ? "/" : above;
            if (const auto* shift = with(access::Reach::below, above)) {
                return shift;
            }
        }
        return nullptr;
    }

    template<class Predicate>
    static const access::Shift* find(const access::Affected& affected, Predicate predicate) {
        const auto found = std::ranges::find_if(affected.shifts, predicate);
        return found == affected.shifts.end() ? nullptr : &*found;
    }

    const access::Difference& difference_;
};

/// The difference of two evaluations, without any thought of what could have changed.
class TwoEvaluations {
public:
    TwoEvaluations(const State& before, const State& after, UnixSeconds now)
        : before_(before), after_(after), now_(now), evaluator_before_(before),
          evaluator_after_(after) {}

    [[nodiscard]] GainAndLoss at(const Principal& principal, const std::string& path) const {
        const auto then = held(before_, evaluator_before_, principal, path);
        const auto later = held(after_, evaluator_after_, principal, path);
        GainAndLoss result;
        std::ranges::set_difference(later, then, std::inserter(result.gained, result.gained.end()));
        std::ranges::set_difference(then, later, std::inserter(result.lost, result.lost.end()));
        return result;
    }

    [[nodiscard]] std::set<Principal> principals() const {
        std::set<Principal> all;
        for (const State* state : {&before_, &after_}) {
            for (const auto& [id, user] : state->users) {
                all.insert(Principal::of(id));
            }
            for (const auto& [id, token] : state->tokens) {
                all.insert(Principal::of(id));
            }
        }
        return all;
    }

    /// Every path that anything stands at, and one below each.
    [[nodiscard]] std::set<std::string> paths() const {
        std::set<std::string> all = {"/", "/vms", "/storage", "/pool", "/elsewhere"};
        for (const State* state : {&before_, &after_}) {
            for (const auto& [key, grant] : state->acl) {
                all.insert(key.path.text);
            }
            for (const auto& [id, pool] : state->pools) {
                all.insert("/pool/" + id.text);
                for (const std::uint32_t guest : pool.guests) {
                    all.insert("/vms/" + std::to_string(guest));
                }
                for (const std::string& storage : pool.storages) {
                    all.insert("/storage/" + storage);
                }
            }
        }
        for (const std::string& path : std::set(all)) {
            all.insert(path == "/" ? "/~" : path + "/~");
        }
        return all;
    }

private:
    [[nodiscard]] std::set<Privilege> held(
        const State& state,
        const access::Evaluator& evaluator,
        const Principal& principal,
        const std::string& path
    ) const {
        std::set<Privilege> held;
        if (can_log_in(state, principal, now_)) {
            for (const auto& [privilege, flag] : evaluator.privileges(principal, path)) {
                held.insert(privilege);
            }
        }
        return held;
    }

    const State& before_;
    const State& after_;
    UnixSeconds now_;
    access::Evaluator evaluator_before_;
    access::Evaluator evaluator_after_;
};

} // namespace pveform::test
