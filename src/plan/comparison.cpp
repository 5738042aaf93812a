#include "plan/comparison.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "access/comparison.hpp"
#include "base/text.hpp"
#include "model/object_paths.hpp"
#include "json/write.hpp"

namespace pveform::plan {

namespace {

std::string in_words(const Change& change) {
    return fmt::format(
        "{} {} {}", to_string(change.action), to_string(kind_of(change.key)), name_of(change.key)
    );
}

std::map<ObjectKey, const Change*> by_key(const std::vector<Change>& changes) {
    std::map<ObjectKey, const Change*> found;
    for (const Change& change : changes) {
        found.emplace(change.key, &change);
    }
    return found;
}

/// What a value of a change comes to: of an object that comes to be there is nothing before, of one
/// that goes nothing after.
std::vector<FieldChange> fields_of(const Change& change) {
    std::vector<FieldChange> fields = change.fields;
    for (FieldChange& field : fields) {
        if (change.action == Action::create) {
            field.before = {};
        } else if (change.action == Action::destroy || change.action == Action::cascade) {
            field.after = {};
        }
    }
    return fields;
}

/// How long a token lives from its plan on, by a field of a change; nothing where that says
/// nothing.
std::optional<UnixSeconds>
life_of(const Plan& plan, const Change& change, const FieldChange& field) {
    const std::string* text = field.after.as_string();
    const bool is_end = field.name == "expire" && std::holds_alternative<TokenId>(change.key);
    const auto end = is_end && text != nullptr ? parse_time(*text) : std::nullopt;
    return end ? std::optional(*end - plan.now) : std::nullopt;
}

std::string in_words(const json::Value& value) {
    return value.is_null() ? "nothing" : json::dump(value);
}

std::string in_words(const FieldChange* field) {
    return field == nullptr
               ? "unchanged"
               : fmt::format("{} → {}", in_words(field->before), in_words(field->after));
}

std::string in_words(const access::PrivilegeSet& privileges) {
    constexpr std::size_t most = 4;
    std::vector<std::string> names;
    for (const Privilege& privilege : privileges) {
        if (names.size() == most) {
            names.push_back(fmt::format("{} more", privileges.size() - most));
            break;
        }
        names.push_back(privilege.text);
    }
    return join(names, ", ");
}

std::string in_words(const access::Effect& effect) {
    std::vector<std::string> parts;
    if (!effect.gained.empty()) {
        parts.push_back("gains " + in_words(effect.gained));
    }
    if (!effect.lost.empty()) {
        parts.push_back("loses " + in_words(effect.lost));
    }
    return parts.empty() ? "is unchanged" : join(parts, " and ");
}

std::string in_words(const access::Discrepancy& one) {
    std::string what;
    if (one.then.gained == one.now.gained && one.then.lost == one.now.lost) {
        const auto taken = [](const access::Effect& effect) {
            return effect.lost_by_addition.empty() ? "nothing" : in_words(effect.lost_by_addition);
        };
        what =
            fmt::format("loses {} by what is added, and not {}", taken(one.now), taken(one.then));
    } else {
        what = fmt::format("{}, and not: {}", in_words(one.now), in_words(one.then));
    }
    return fmt::format(
        "not as shown: access of {} {}{} {}",
        one.principal.text(),
        one.is_below ? "below " : "on ",
        one.path,
        what
    );
}

std::string in_words(const std::vector<PoolId>& pools) {
    std::vector<std::string> names;
    std::ranges::transform(pools, std::back_inserter(names), &PoolId::text);
    return names.empty() ? "no pool" : join(names, ", ");
}

std::string in_words(const desired::Limits& limits) {
    return fmt::format(
        "destroy {} and ACL removals {}", limits.destroy.value, limits.acl_removals.value
    );
}

bool loses_everything(const access::Affected& affected) {
    return affected.held_something && !affected.holds_something;
}

using TakenBy = std::map<std::pair<std::string, bool>, std::vector<access::Addition>>;

/// Which new entries take something from the first of those whom it is about, place by place: a
/// path, and whether all below it is meant. Members of pools count one by one.
template<class Find>
TakenBy taken_by(const Plan& plan, const access::Affected& affected, Find additions_behind) {
    using access::Reach;
    const access::Difference& difference = plan.effective_access;
    std::set<std::string> with_place;
    for (const access::Shift& shift : affected.shifts) {
        if (shift.reach == Reach::path) {
            with_place.insert(difference.paths[shift.place]);
        }
    }
    TakenBy taken;
    for (const access::Shift& shift : affected.shifts) {
        if (shift.lost_by_addition == access::PrivilegeSets::empty) {
            continue;
        }
        const std::vector<access::Addition> additions = additions_behind(shift);
        if (shift.reach != Reach::members) {
            taken[{difference.paths[shift.place], shift.reach == Reach::below}] = additions;
            continue;
        }
        for (const std::string& path : difference.members[shift.place].paths) {
            if (!with_place.contains(path)) {
                taken[{path, false}] = additions;
            }
        }
    }
    return taken;
}

using GuardAndMessage = std::pair<std::string, std::string>;

/// What `those` has more often than `others`.
std::multiset<GuardAndMessage>
more_in(const std::vector<Block>& those, const std::vector<Block>& others) {
    std::multiset<GuardAndMessage> more;
    for (const Block& block : those) {
        more.emplace(block.guard, block.message);
    }
    for (const Block& block : others) {
        if (const auto same = more.find({block.guard, block.message}); same != more.end()) {
            more.erase(same);
        }
    }
    return more;
}

using Account = std::map<Principal, const access::Affected*>;

Account account_of(const access::Difference& difference) {
    Account account;
    for (const access::Affected& affected : difference.affected) {
        for (const Principal& principal : affected.principals) {
            account.emplace(principal, &affected);
        }
    }
    return account;
}

class Comparison {
public:
    Comparison(const Plan& reviewed, const Plan& now) : reviewed_(reviewed), now_(now) {}

    std::vector<std::string> run() {
        const auto before = by_key(reviewed_.changes);
        const auto after = by_key(now_.changes);
        for (const auto& [key, change] : before) {
            const auto other = after.find(key);
            if (other == after.end()) {
                lines_.push_back("no longer: " + in_words(*change));
            } else {
                compare_changes(*change, *other->second);
            }
        }
        for (const auto& [key, change] : after) {
            if (!before.contains(key)) {
                lines_.push_back("new: " + in_words(*change));
            }
        }
        compare_access();
        compare_pools();
        if (lines_.empty()) { // else it may be about other gains and losses anyhow
            compare_losses();
        }
        compare_blocks();
        compare_limits();
        compare_allowed();
        return std::move(lines_);
    }

private:
    [[nodiscard]] bool is_same(
        const Change& a, const FieldChange* one, const Change& b, const FieldChange* other
    ) const {
        if (one == nullptr || other == nullptr) {
            return false;
        }
        const auto life = life_of(reviewed_, a, *one);
        const bool same_life = life && life == life_of(now_, b, *other);
        return one->before == other->before && (same_life || one->after == other->after);
    }

    void compare_changes(const Change& a, const Change& b) {
        if (a.action != b.action) {
            lines_.push_back(
                fmt::format("not as shown: {}, and not {}", in_words(b), to_string(a.action))
            );
            return;
        }
        if (a.is_foreign != b.is_foreign) {
            lines_.push_back(fmt::format(
                "not as shown: {}, which the document has {} say in",
                in_words(b),
                b.is_foreign ? "no" : "a"
            ));
            return;
        }
        if (a.action == Action::cascade && a.reason != b.reason) {
            lines_.push_back(
                fmt::format("not as shown: {} {}, and not {}", in_words(b), b.reason, a.reason)
            );
        }
        const std::vector<FieldChange> then = fields_of(a);
        const std::vector<FieldChange> now = fields_of(b);
        std::set<std::string> names;
        for (const auto* fields : {&then, &now}) {
            for (const FieldChange& field : *fields) {
                names.insert(field.name);
            }
        }
        for (const std::string& name : names) {
            const auto find = [&](const std::vector<FieldChange>& fields) {
                const auto found = std::ranges::find(fields, name, &FieldChange::name);
                return found == fields.end() ? nullptr : &*found;
            };
            const FieldChange* one = find(then);
            const FieldChange* other = find(now);
            if (!is_same(a, one, b, other)) {
                lines_.push_back(fmt::format(
                    "not as shown: {}: {} {}, and not {}",
                    in_words(b),
                    name,
                    in_words(other),
                    in_words(one)
                ));
            }
        }
    }

    void compare_access() {
        const auto all = access::discrepancies(reviewed_.effective_access, now_.effective_access);
        std::ranges::transform(all, std::back_inserter(lines_), [](const access::Discrepancy& one) {
            return in_words(one);
        });
        if (!all.empty() && reviewed_.hidden_pools != now_.hidden_pools) {
            lines_.push_back("other pools are hidden from this run than from the one that was shown"
            );
        }
    }

    /// Guests and storages are shown by the names of their pools.
    void compare_pools() {
        PoolsByMember pools_of = pools_by_member(now_.after);
        std::set<std::string> lines;
        for (const access::Members& members : reviewed_.effective_access.members) {
            const auto& shown = members.after.empty() ? members.before : members.after;
            for (const std::string& path : members.paths) {
                if (const auto& pools = pools_of[path]; pools != shown) {
                    lines.insert(fmt::format(
                        "not as shown: {} is in {}, and not in {}",
                        path,
                        in_words(pools),
                        in_words(shown)
                    ));
                }
            }
        }
        std::ranges::copy(lines, std::back_inserter(lines_));
    }

    void compare_losses() {
        const Account now = account_of(now_.effective_access);
        for (const access::Affected& shown : reviewed_.effective_access.affected) {
            for (const Principal& principal : shown.principals) {
                const auto found = now.find(principal);
                if (found == now.end()) {
                    lines_.push_back(
                        fmt::format("not as shown: access of {} is unchanged", principal.text())
                    );
                } else if (loses_everything(shown) != loses_everything(*found->second)) {
                    lines_.push_back(fmt::format(
                        "not as shown: {} {} everything that it had",
                        principal.text(),
                        loses_everything(shown) ? "does not lose" : "loses"
                    ));
                }
            }
            const auto first = now.find(shown.principals.front());
            if (first != now.end() && !reviewed_.additions.empty()) {
                compare_additions(shown, *first->second);
            }
        }
    }

    /// In a plan from a file, where they do not follow from states. Of those to whom the same
    /// happens, it says what takes something from the first.
    void compare_additions(const access::Affected& shown, access::Affected now) {
        const Principal& first = shown.principals.front();
        now.principals = {first};
        const State excerpt = access::excerpt(now_.after, first);
        const TakenBy then = taken_by(reviewed_, shown, [&](const access::Shift& shift) {
            return reviewed_.additions_behind(shown, shift);
        });
        const TakenBy later = taken_by(now_, now, [&](const access::Shift& shift) {
            return access::additions_behind(
                now_.effective_access, now, shift, now_.before, excerpt
            );
        });
        if (then != later) {
            lines_.push_back(fmt::format(
                "not as shown: by which of the entries that are added `{}` loses something",
                first.text()
            ));
        }
    }

    void compare_limits() {
        const std::string then = in_words(reviewed_.limits);
        if (const std::string now = in_words(now_.limits); now != then) {
            lines_.push_back(fmt::format("not as shown: the limits are {}, and not {}", now, then));
        }
    }

    void compare_blocks() {
        say_of_each("now blocked", more_in(now_.blocks, reviewed_.blocks));
        say_of_each("no longer blocked", more_in(reviewed_.blocks, now_.blocks));
    }

    /// An allowance is for what was reviewed with it, not for whatever its flag would let pass
    /// later.
    void compare_allowed() {
        say_of_each("not let pass when it was shown", more_in(now_.allowed, reviewed_.allowed));
        say_of_each("no longer let pass", more_in(reviewed_.allowed, now_.allowed));
    }

    void say_of_each(std::string_view what, const std::multiset<GuardAndMessage>& blocks) {
        for (const auto& [guard, message] : blocks) {
            lines_.push_back(fmt::format("{}[{}]: {}", what, guard, message));
        }
    }

    const Plan& reviewed_;
    const Plan& now_;
    std::vector<std::string> lines_;
};

} // namespace

std::vector<std::string> differences(const Plan& reviewed, const Plan& now) {
    return Comparison(reviewed, now).run();
}

} // namespace pveform::plan
