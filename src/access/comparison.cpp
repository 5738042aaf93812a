#include "access/comparison.hpp"

#include <map>
#include <optional>
#include <utility>

namespace pveform::access {

namespace {

/// A path, and whether all below it is meant.
using Spot = std::pair<std::string, bool>;

/// An effect that stands somewhere else.
struct Sets {
    const PrivilegeSet* gained;
    const PrivilegeSet* lost;
    const PrivilegeSet* lost_by_addition;

    [[nodiscard]] Effect effect() const { return {*gained, *lost, *lost_by_addition}; }
};

bool are_same(const Sets& one, const Sets& other) {
    return *one.gained == *other.gained && *one.lost == *other.lost &&
           *one.lost_by_addition == *other.lost_by_addition;
}

/// What a difference says of some principals, asked place by place.
class Account {
public:
    /// `affected` is null for those that it does not speak of.
    Account(const Difference& difference, const Affected* affected) {
        if (affected == nullptr) {
            return;
        }
        const auto sets_of = [&](const Shift& shift) {
            return Sets{
                &difference.sets[shift.gained],
                &difference.sets[shift.lost],
                &difference.sets[shift.lost_by_addition]};
        };
        for (const Shift& shift : affected->shifts) {
            if (shift.reach != Reach::members) {
                spots_[{difference.paths[shift.place], shift.reach == Reach::below}] =
                    sets_of(shift);
            }
        }
        for (const Shift& shift : affected->shifts) {
            if (shift.reach == Reach::members) { // but for those that have a place of their own
                for (const std::string& path : difference.members[shift.place].paths) {
                    spots_.try_emplace({path, false}, sets_of(shift));
                }
            }
        }
    }

    [[nodiscard]] const std::map<Spot, Sets>& spots() const { return spots_; }

    [[nodiscard]] Sets at(const Spot& spot) const {
        if (const auto own = spots_.find(spot); own != spots_.end()) {
            return own->second;
        }
        for (std::string above = spot.first; above.size() > 1;) {
            above.resize(above.rfind('/'));
            above = above.empty() ? "/" : above;
            if (const auto around = spots_.find({above, true}); around != spots_.end()) {
                return around->second;
            }
        }
        static const PrivilegeSet none;
        return {&none, &none, &none};
    }

private:
    std::map<Spot, Sets> spots_;
};

/// Where they differ, without whom it is about.
std::optional<Discrepancy> first_discrepancy(const Account& then, const Account& now) {
    std::map<Spot, Sets> all = then.spots();
    all.insert(now.spots().begin(), now.spots().end());
    for (const auto& [spot, sets] : all) {
        const Sets before = then.at(spot);
        const Sets after = now.at(spot);
        if (!are_same(before, after)) {
            Discrepancy found;
            found.path = spot.first;
            found.is_below = spot.second;
            found.then = before.effect();
            found.now = after.effect();
            return found;
        }
    }
    return std::nullopt;
}

using Both = std::pair<const Affected*, const Affected*>;

} // namespace

std::vector<Discrepancy> discrepancies(const Difference& then, const Difference& now) {
    std::map<Principal, Both> principals;
    for (const Affected& affected : then.affected) {
        for (const Principal& principal : affected.principals) {
            principals[principal].first = &affected;
        }
    }
    for (const Affected& affected : now.affected) {
        for (const Principal& principal : affected.principals) {
            principals[principal].second = &affected;
        }
    }
    // Those to whom the same happens on both sides are looked at once.
    std::map<Both, std::optional<Discrepancy>> known;
    std::vector<Discrepancy> found;
    for (const auto& [principal, both] : principals) {
        const auto [entry, is_new] = known.try_emplace(both);
        if (is_new) {
            entry->second = first_discrepancy(Account(then, both.first), Account(now, both.second));
        }
        if (entry->second) {
            found.push_back(*entry->second);
            found.back().principal = principal;
        }
    }
    return found;
}

} // namespace pveform::access
