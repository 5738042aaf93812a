#include "render/access_text.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/sets.hpp"
#include "base/text.hpp"
#include "model/object_paths.hpp"
#include "render/plan_table.hpp"

namespace pveform::render {

namespace {

using access::Affected;
using access::Difference;
using access::PrivilegeSet;
using access::PrivilegeSets;
using access::Reach;
using access::Shift;

constexpr std::size_t max_named_privileges = 3;
constexpr std::size_t max_named_places = 4;
constexpr std::size_t max_named_principals = 3;
constexpr std::size_t max_rows = 12;
constexpr std::size_t max_rows_of_one = 4;
constexpr std::size_t max_additions = 2;
constexpr std::size_t max_shifts_searched = 8; // for additions

std::vector<std::string> texts_of(const PrivilegeSet& privileges) {
    std::vector<std::string> texts;
    std::ranges::transform(privileges, std::back_inserter(texts), [](const Privilege& privilege) {
        return printable(privilege.text);
    });
    return texts;
}

/// The first of a list, and how many more.
std::string first_of(std::vector<std::string> all, std::size_t most, std::string_view what) {
    if (all.size() <= most) {
        return join(all, ", ");
    }
    const std::size_t more = all.size() - (most - 1);
    all.resize(most - 1);
    return fmt::format("{} and {}", join(all, ", "), plural(more, fmt::format("more {}", what)));
}

using NamedRole = std::pair<const RoleId, Role>;

/// The role that is nearest to these: none of its privileges too many, or a few.
const NamedRole* nearest_role(const PrivilegeSet& privileges, const State& state) {
    const NamedRole* nearest = nullptr;
    std::size_t least = privileges.size();
    for (const auto& role : state.roles) {
        const PrivilegeSet& given = role.second.privileges;
        const std::size_t too_few = without(privileges, given).size();
        const std::size_t too_many = without(given, privileges).size();
        const bool is_near = too_many == 0 || (too_few == 0 && too_many <= max_named_privileges);
        if (is_near && given.size() > max_named_privileges && too_few + too_many < least) {
            nearest = &role;
            least = too_few + too_many;
        }
    }
    return nearest;
}

/// What is said of one path and of what is below it; nothing where neither is spoken of.
struct Spot {
    std::optional<bool> here;
    std::optional<bool> below;
};

/// Objects that nothing is below.
bool is_leaf(const std::string& path) {
    return member_kind(path).has_value();
}

class Places {
public:
    Places(
        const Difference& difference,
        const Affected& affected,
        const std::function<bool(const Shift&)>& applies
    ) {
        for (const Shift& shift : affected.shifts) {
            if (shift.reach == Reach::members) {
                members_.emplace_back(&difference.members[shift.place], applies(shift));
                continue;
            }
            const std::string& path = difference.paths[shift.place];
            const auto [spot, is_new] = spots_.try_emplace(path);
            if (is_new) {
                order_.push_back(path);
            }
            (shift.reach == Reach::path ? spot->second.here : spot->second.below) = applies(shift);
        }
    }

    [[nodiscard]] std::string in_words() const {
        std::vector<std::string> inside;
        std::vector<std::string> exceptions;
        for (const std::string& path : order_) {
            const Spot& spot = spots_.at(path);
            add(path, spot, true, inside);
            if (applies_around(path, true)) {
                add(path, spot, false, exceptions);
            }
        }
        add_members(inside, exceptions);
        std::string words = first_of(inside, max_named_places, "place");
        if (!exceptions.empty()) {
            words += " but not " + first_of(exceptions, max_named_places, "place");
        }
        return words;
    }

private:
    /// Where this is, or where it is not.
    static void
    add(const std::string& path, const Spot& spot, bool where, std::vector<std::string>& words) {
        const std::string shown = printable(path);
        const bool here = spot.here == where;
        const bool below = spot.below == where;
        if (is_leaf(path) && here) {
            words.push_back(shown);
        } else if (here && below) {
            words.push_back(shown + " and below");
        } else if (here) {
            words.push_back(shown + " itself");
        } else if (below && !is_leaf(path)) {
            words.push_back("below " + shown);
        }
    }

    /// Whether it is said of what the path belongs to: of the pools that it is a member of, if
    /// they count and anything is said of them, else of the nearest path above.
    [[nodiscard]] bool applies_around(const std::string& path, bool pools_count) const {
        const auto is_member = [&](const auto& one) {
            return std::ranges::find(one.first->paths, path) != one.first->paths.end();
        };
        if (const auto pools = std::ranges::find_if(members_, is_member);
            pools_count && pools != members_.end()) {
            return pools->second;
        }
        for (std::string above = path; above != "/";) {
            above.resize(above.rfind('/'));
            above = above.empty() ? "/" : above;
            const auto spot = spots_.find(above);
            if (spot != spots_.end() && spot->second.below) {
                return *spot->second.below;
            }
        }
        return false;
    }

    /// `the guests and storages of pool prod`.
    void add_members(std::vector<std::string>& inside, std::vector<std::string>& exceptions) const {
        std::map<std::pair<std::vector<std::string>, bool>, std::set<std::string_view>> kinds;
        for (const auto& [members, applies] : members_) {
            const std::string& example = members->paths.front();
            if (!applies && !applies_around(example, false)) {
                continue;
            }
            std::vector<std::string> pools;
            for (const PoolId& pool : members->after.empty() ? members->before : members->after) {
                pools.push_back(printable(pool.text));
            }
            kinds[{pools, applies}].insert(
                member_kind(example) == MemberKind::guest ? "guests" : "storages"
            );
        }
        for (const auto& [key, names] : kinds) {
            const auto& [pools, applies] = key;
            const std::vector<std::string> what(names.begin(), names.end());
            (applies ? inside : exceptions)
                .push_back(fmt::format(
                    "the {} of pool{} {}",
                    join(what, " and "),
                    pools.size() == 1 ? "" : "s",
                    join(pools, " and ")
                ));
        }
    }

    std::map<std::string, Spot> spots_;
    std::vector<std::string> order_; // of the paths
    std::vector<std::pair<const access::Members*, bool>> members_;
};

/// `user` where tokens of users stand beside users: their names say what they are.
std::string_view kind_of(const std::vector<Principal>& principals) {
    const bool are_tokens = std::ranges::all_of(principals, [](const Principal& principal) {
        return principal.kind == PrincipalKind::token;
    });
    return to_string(are_tokens ? PrincipalKind::token : PrincipalKind::user);
}

/// `ann@pve, ann@pve!ci`, or `ann@pve, ben@pve, eve@pve and 12 more`; users before tokens where
/// not all are named.
std::string names_of(std::vector<Principal> principals) {
    if (principals.size() > max_named_principals) {
        std::ranges::stable_sort(principals, {}, &Principal::kind);
    }
    std::vector<std::string> names;
    for (const Principal& principal : principals) {
        if (names.size() == max_named_principals) {
            break;
        }
        names.push_back(printable(principal.text()));
    }
    const std::size_t more = principals.size() - names.size();
    return join(names, ", ") + (more > 0 ? fmt::format(" and {} more", more) : "");
}

/// Gains, or losses, of the same principals.
class AccessRows {
public:
    AccessRows(const plan::Plan& plan, const Affected& affected)
        : plan_(plan), affected_(affected) {}

    [[nodiscard]] std::vector<Row> rows() const {
        std::vector<Row> rows;
        add(&Shift::gained, plan::Action::create, rows);
        add(&Shift::lost, plan::Action::destroy, rows);
        if (rows.size() > max_rows_of_one) {
            const std::size_t more = rows.size() - max_rows_of_one;
            rows.resize(max_rows_of_one);
            rows.back().below.push_back(
                more == 1 ? std::string("and 1 more gain or loss")
                          : fmt::format("and {} more gains and losses", more)
            );
        }
        return rows;
    }

private:
    using Side = PrivilegeSets::Number Shift::*;

    void add(Side side, plan::Action action, std::vector<Row>& rows) const {
        const bool is_loss = action == plan::Action::destroy;
        std::vector<PrivilegeSets::Number> sets; // in the order of their first places
        for (const Shift& shift : affected_.shifts) {
            const PrivilegeSets::Number set = shift.*side;
            if (set != PrivilegeSets::empty && std::ranges::find(sets, set) == sets.end()) {
                sets.push_back(set);
            }
        }
        const bool is_everything = is_loss && !affected_.holds_something;
        for (const PrivilegeSets::Number set : sets) {
            const std::string places =
                places_in_words(plan_.effective_access, affected_, [&](const Shift& shift) {
                    return shift.*side == set;
                });
            if (places.empty()) {
                continue; // below a guest or a storage, where nothing is
            }
            rows.push_back(Row{
                .action = action,
                .kind = std::string(kind_of(affected_.principals)),
                .name = names_of(affected_.principals),
                .detail = fmt::format(
                    "{}{} {}",
                    is_everything && set == sets.front() ? "everything it had: " : "",
                    privileges_in_words(
                        plan_.effective_access.sets[set], is_loss ? plan_.before : plan_.after
                    ),
                    places
                ),
                .source = {},
                .below = is_loss ? additions_behind(set) : std::vector<std::string>(),
            });
        }
    }

    [[nodiscard]] std::vector<std::string> additions_behind(PrivilegeSets::Number lost) const {
        std::vector<std::string> lines;
        std::size_t searched = 0;
        for (const Shift& shift : affected_.shifts) {
            if (shift.lost != lost || shift.lost_by_addition == PrivilegeSets::empty) {
                continue;
            }
            if (++searched > max_shifts_searched || lines.size() == max_additions) {
                break;
            }
            for (const access::Addition& addition : plan_.additions_behind(affected_, shift)) {
                std::string line = "by adding " + addition_in_words(addition);
                if (lines.size() < max_additions && std::ranges::find(lines, line) == lines.end()) {
                    lines.push_back(std::move(line));
                }
            }
        }
        return lines;
    }

    const plan::Plan& plan_;
    const Affected& affected_;
};

std::string unknown_pools(const plan::Plan& plan) {
    if (plan.hidden_pools.empty()) {
        return {};
    }
    std::vector<std::string> paths;
    for (const AclPath& path : plan.hidden_pools) {
        paths.push_back(printable(path.text));
    }
    return fmt::format(
        "    unknown: what comes through pools at and below {}, which are not visible\n",
        join(paths, ", ")
    );
}

} // namespace

std::string privileges_in_words(const PrivilegeSet& privileges, const State& state) {
    if (privileges.size() <= max_named_privileges) {
        return join(texts_of(privileges), ", ");
    }
    const NamedRole* role = nearest_role(privileges, state);
    if (role == nullptr) {
        return first_of(texts_of(privileges), max_named_privileges, "privilege");
    }
    const std::string name = printable(role->first.text);
    if (const auto rest = without(privileges, role->second.privileges); !rest.empty()) {
        return name + " and " + first_of(texts_of(rest), max_named_privileges, "privilege");
    }
    const auto missing = without(role->second.privileges, privileges);
    return missing.empty() ? name : name + " without " + join(texts_of(missing), ", ");
}

std::string places_in_words(
    const Difference& difference,
    const Affected& affected,
    const std::function<bool(const Shift&)>& applies
) {
    const std::string words = Places(difference, affected, applies).in_words();
    return words.empty() || words.starts_with("below ") ? words : "on " + words;
}

std::string addition_in_words(const access::Addition& addition) {
    const auto& [added, displaced, standing] = addition;
    const std::string what = fmt::format(
        "{} for {} on {}",
        printable(added.role.text),
        printable(added.principal.text()),
        printable(added.path.text)
    );
    const std::string other = fmt::format(
        "{} of {}", printable(displaced.role.text), printable(displaced.principal.text())
    );
    if (standing == access::Standing::hidden) {
        return fmt::format("{}: it hides {} there", what, other);
    }
    return fmt::format(
        "{}: it {} {} from {}",
        what,
        standing == access::Standing::replaced ? "replaces" : "overrules",
        other,
        printable(displaced.path.text)
    );
}

NamingRoles naming_roles(const plan::Plan& plan) {
    NamingRoles roles;
    for (const plan::Change& change : plan.changes) {
        const RoleId* granted = plan::role_granted_by(change);
        const auto role =
            granted == nullptr ? plan.after.roles.end() : plan.after.roles.find(*granted);
        if (role != plan.after.roles.end()) {
            roles.after.insert(*role);
        }
    }
    const access::Difference& difference = plan.effective_access;
    std::set<PrivilegeSets::Number> gained;
    std::set<PrivilegeSets::Number> lost;
    for (const Affected& affected : difference.affected) {
        for (const Shift& shift : affected.shifts) {
            gained.insert(shift.gained);
            lost.insert(shift.lost);
        }
    }
    const auto add = [&](const std::set<PrivilegeSets::Number>& sets,
                         const State& state,
                         std::map<RoleId, Role>& found) {
        for (const PrivilegeSets::Number set : sets) {
            const PrivilegeSet& privileges = difference.sets[set];
            const NamedRole* role = privileges.size() > max_named_privileges
                                        ? nearest_role(privileges, state)
                                        : nullptr;
            if (role != nullptr) {
                found.insert(*role);
            }
        }
    };
    add(lost, plan.before, roles.before);
    add(gained, plan.after, roles.after);
    return roles;
}

std::string
effective_access_text(const plan::Plan& plan, const Style& style, std::string_view title) {
    const Difference& difference = plan.effective_access;
    std::vector<Row> rows;
    std::size_t shown = 0;
    for (const Affected& affected : difference.affected) {
        std::vector<Row> more = AccessRows(plan, affected).rows();
        if (rows.size() + more.size() > max_rows) {
            break;
        }
        std::ranges::move(more, std::back_inserter(rows));
        shown += affected.principals.size();
    }
    std::string out = table(rows, 4, style);
    if (const std::size_t left = difference.principals() - shown; left > 0) {
        out +=
            fmt::format("    and {} (--format json shows all)\n", plural(left, "more principal"));
    }
    if (!plan.is_empty()) {
        out += unknown_pools(plan);
    }
    return out.empty() ? out : fmt::format("  {}\n{}\n", title, out);
}

} // namespace pveform::render
