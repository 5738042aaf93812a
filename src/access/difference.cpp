#include "access/difference.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <tuple>
#include <unordered_map>

#include "access/course.hpp"
#include "access/pool_members.hpp"
#include "access/sides.hpp"
#include "model/acl_path.hpp"
#include "model/object_paths.hpp"

namespace pveform::access {

namespace {

/// What changes at one place; without the place.
struct Gap {
    Set gained = PrivilegeSets::empty;
    Set lost = PrivilegeSets::empty;
    Set lost_by_addition = PrivilegeSets::empty;
    friend bool operator==(const Gap&, const Gap&) = default;
};

/// Compares one kind of principal in two states.
class Comparison {
public:
    Comparison(
        const Side& before,
        const Side& after,
        Set everything_before,
        Set everything_after,
        const Pools& pools,
        Shared& shared
    )
        : pools_(pools), shared_(shared), vms_(shared.tree.find(guests_root)),
          storage_(shared.tree.find(storages_root)), pool_(shared.tree.find(pools_root)) {
        const auto rows_before = walked(before);
        const auto rows_after = walked(after);
        course_.emplace(nodes_of(rows_before, rows_after), shared.tree);
        before_.emplace(answer(before, everything_before, rows_before));
        after_.emplace(answer(after, everything_after, rows_after));
        add_answer_without_additions(before, after, rows_before, rows_after);
    }

    [[nodiscard]] Affected run() &&;

private:
    using RowsBySource = std::vector<WalkedRows>;

    [[nodiscard]] RowsBySource walked(const Side& side) const {
        RowsBySource rows;
        for (const Source& source : side.sources) {
            rows.push_back(rows_of(source, shared_));
        }
        return rows;
    }

    [[nodiscard]] std::vector<Node>
    nodes_of(const RowsBySource& before, const RowsBySource& after) const {
        std::vector<Node> nodes = {0, vms_, storage_, pool_};
        for (const RowsBySource* side : {&before, &after}) {
            for (const WalkedRows& rows : *side) {
                std::ranges::transform(rows, std::back_inserter(nodes), &WalkedRow::node);
            }
        }
        return nodes;
    }

    [[nodiscard]] Answer answer(const Side& side, Set everything, const RowsBySource& rows) {
        Answer result(*course_, shared_.sets, side.is_everything ? everything : Set{});
        for (const WalkedRows& one : rows) {
            result.add_source(walk(one, *course_, shared_));
        }
        return result;
    }

    void add_answer_without_additions(
        const Side& before,
        const Side& after,
        const RowsBySource& rows_before,
        const RowsBySource& rows_after
    ) {
        if (rows_before.empty() || rows_after.empty()) {
            return; // nothing that could be taken, or nothing that takes it
        }
        RowsBySource kept;
        for (std::size_t i = 0; i < rows_after.size(); ++i) {
            const auto same =
                std::ranges::find(before.sources, after.sources[i].is_token, &Source::is_token);
            kept.push_back(
                same == before.sources.end()
                    ? WalkedRows()
                    : without_additions(
                          rows_before[static_cast<std::size_t>(same - before.sources.begin())],
                          rows_after[i],
                          shared_.roles
                      )
            );
        }
        if (kept != rows_after) {
            without_additions_.emplace(answer(after, {}, kept));
        }
    }

    template<class Question>
    [[nodiscard]] Gap gap(Question ask) {
        PrivilegeSets& sets = shared_.sets;
        const Set then = ask(*before_, true);
        const Set later = ask(*after_, false);
        held_something_ |= then != PrivilegeSets::empty;
        holds_something_ |= later != PrivilegeSets::empty;
        Gap result{.gained = sets.without(later, then), .lost = sets.without(then, later)};
        if (result.lost != PrivilegeSets::empty && without_additions_) {
            result.lost_by_addition = sets.common(result.lost, ask(*without_additions_, false));
        }
        return result;
    }

    [[nodiscard]] Gap
    gap_of_member(std::size_t position, bool has_node, const Pools::Group& group) {
        return gap([&](const Answer& answer, bool is_before) {
            return answer.member(position, has_node, is_before ? group.before : group.after);
        });
    }

    [[nodiscard]] std::vector<Number> groups_worth_a_look();
    void compare_groups();
    void compare_nodes();

    void note(Reach reach, std::uint32_t place, const Gap& gap, const Gap& around) {
        if (gap != around) {
            result_.shifts.push_back({reach, place, gap.gained, gap.lost, gap.lost_by_addition});
        }
    }

    const Pools& pools_;
    Shared& shared_;
    Node vms_;
    Node storage_;
    Node pool_;
    std::optional<Course> course_;
    std::optional<Answer> before_;
    std::optional<Answer> after_;
    std::optional<Answer> without_additions_;
    std::vector<Gap> below_;             // by position
    std::map<Number, Gap> gap_of_group_; // those to which something else happens than around them
    bool held_something_ = false;
    bool holds_something_ = false;
    Affected result_;
};

/// Those of pools that entries of this principal are about. All, where it makes a difference to be
/// in any pool: then something stands at `/` or `/pool`, and something else at `/vms` or
/// `/storage`.
std::vector<Number> Comparison::groups_worth_a_look() {
    std::vector<Number> groups;
    if (pools_.differ()) {
        pools_.add_groups_below(0, groups);
        return groups;
    }
    bool all_are_alike = true;
    for (const Node kind : {vms_, storage_}) {
        const std::size_t position = course_->at_or_above(kind);
        for (const auto& answer : {std::cref(*before_), std::cref(*after_)}) {
            all_are_alike = all_are_alike && answer.get().usual_member(position, pool_) ==
                                                 answer.get().below(position);
        }
    }
    if (!all_are_alike) {
        pools_.add_groups_below(0, groups);
        return groups;
    }
    for (std::size_t i = course_->at_or_above(pool_) + 1;
         i < course_->size() && shared_.tree.is_at_or_below(course_->node(i), pool_);
         ++i) {
        pools_.add_groups_below(course_->node(i), groups);
    }
    return groups;
}

void Comparison::compare_groups() {
    std::map<Number, std::size_t> members_with_node;
    for (std::size_t i = 0; i < course_->size(); ++i) {
        if (const auto group = pools_.group_at(course_->node(i))) {
            ++members_with_node[*group];
        }
    }
    std::vector<Number> numbers = groups_worth_a_look();
    std::ranges::sort(numbers);
    const auto rest = std::ranges::unique(numbers);
    numbers.erase(rest.begin(), rest.end());
    for (const Number number : numbers) {
        const auto with_node = members_with_node.find(number);
        if (with_node != members_with_node.end() &&
            with_node->second == pools_.members()[number].paths.size()) {
            continue; // each speaks for itself
        }
        const Pools::Group& group = pools_.group(number);
        const std::size_t around = course_->at_or_above(group.are_storages ? storage_ : vms_);
        if (const Gap inside = gap_of_member(around, false, group); inside != below_[around]) {
            gap_of_group_[number] = inside;
        }
    }
}

void Comparison::compare_nodes() {
    for (std::size_t i = 0; i < course_->size(); ++i) {
        const Node node = course_->node(i);
        const Gap around = i == 0 ? Gap{} : below_[course_->above(i)];
        if (const auto number = pools_.group_at(node)) {
            const auto group = gap_of_group_.find(*number);
            note(
                Reach::path,
                node,
                gap_of_member(i, true, pools_.group(*number)),
                group == gap_of_group_.end() ? around : group->second
            );
        } else {
            note(
                Reach::path,
                node,
                gap([&](const Answer& answer, bool) { return answer.at(i); }),
                around
            );
        }
        note(Reach::below, node, below_[i], around);
        for (const auto& [number, inside] : gap_of_group_) {
            if (node == (pools_.group(number).are_storages ? storage_ : vms_)) {
                note(Reach::members, number, inside, below_[i]);
            }
        }
    }
}

Affected Comparison::run() && {
    for (std::size_t i = 0; i < course_->size(); ++i) {
        below_.push_back(gap([&](const Answer& answer, bool) { return answer.below(i); }));
    }
    compare_groups();
    compare_nodes();
    result_.held_something = held_something_;
    result_.holds_something = holds_something_;
    return std::move(result_);
}

/// All paths that the walks can come by.
std::vector<std::string> paths_of(const State& before, const State& after) {
    std::vector<std::string> paths = {
        std::string(guests_root), std::string(storages_root), std::string(pools_root)};
    for (const State* state : {&before, &after}) {
        for (const auto& [key, grant] : state->acl) {
            if (paths.back() != key.path.text) {
                paths.push_back(key.path.text);
            }
        }
        for (const auto& [id, pool] : state->pools) {
            paths.push_back(path_of(id));
        }
    }
    return paths;
}

/// In the order of the answer: each user, then its tokens.
std::vector<Principal> principals_of(const State& before, const State& after) {
    std::map<std::pair<UserId, std::string>, Principal> ordered;
    for (const State* state : {&before, &after}) {
        for (const auto& [id, user] : state->users) {
            ordered.try_emplace({id, {}}, Principal::of(id));
        }
        for (const auto& [id, token] : state->tokens) {
            ordered.try_emplace({id.user, id.name}, Principal::of(id));
        }
    }
    std::vector<Principal> principals;
    for (auto& [key, principal] : ordered) {
        principals.push_back(std::move(principal));
    }
    return principals;
}

/// Numbers the places anew, without those that nothing is said about.
void keep_what_is_named(Difference& difference, const Shared& shared, const Pools& pools) {
    std::unordered_map<Number, std::uint32_t> paths;
    std::unordered_map<Number, std::uint32_t> members;
    for (Affected& affected : difference.affected) {
        for (Shift& shift : affected.shifts) {
            const bool is_path = shift.reach != Reach::members;
            auto& numbers = is_path ? paths : members;
            const auto [found, is_new] =
                numbers.try_emplace(shift.place, static_cast<std::uint32_t>(numbers.size()));
            if (is_new && is_path) {
                difference.paths.push_back(shared.tree.path(shift.place));
            } else if (is_new) {
                difference.members.push_back(pools.members()[shift.place]);
            }
            shift.place = found->second;
        }
    }
    difference.sets = shared.sets.all();
}

} // namespace

std::size_t Difference::principals() const {
    std::size_t count = 0;
    for (const Affected& one : affected) {
        count += one.principals.size();
    }
    return count;
}

Difference difference(const State& before, const State& after, UnixSeconds now) {
    Shared shared(paths_of(before, after));
    const View then(before, now, shared);
    const View later(after, now, shared);
    const Pools pools(before, after, shared.tree);

    // Whose access follows from the same is looked at once; whose does from the same before and
    // after, not at all.
    std::map<std::pair<Side, Side>, std::vector<Principal>> kinds;
    std::vector<const std::pair<Side, Side>*> order;
    for (const Principal& principal : principals_of(before, after)) {
        std::pair<Side, Side> sides{then.side_of(principal), later.side_of(principal)};
        const bool is_same_everything = then.everything() == later.everything();
        if (sides.first == sides.second && !pools.differ() &&
            (is_same_everything || !sides.first.is_everything)) {
            continue;
        }
        const auto [kind, is_new] = kinds.try_emplace(std::move(sides));
        kind->second.push_back(principal);
        if (is_new) {
            order.push_back(&kind->first);
        }
    }

    // Different causes can have the same effect.
    Difference result;
    std::map<std::tuple<std::vector<Shift>, bool, bool>, std::size_t> known;
    for (const auto* sides : order) {
        Affected affected =
            Comparison(
                sides->first, sides->second, then.everything(), later.everything(), pools, shared
            )
                .run();
        if (std::ranges::none_of(affected.shifts, &Shift::is_change)) {
            continue;
        }
        const auto [found, is_new] = known.try_emplace(
            {affected.shifts, affected.held_something, affected.holds_something},
            result.affected.size()
        );
        if (is_new) {
            result.affected.push_back(std::move(affected));
        }
        std::ranges::copy(
            kinds.at(*sides), std::back_inserter(result.affected[found->second].principals)
        );
    }
    keep_what_is_named(result, shared, pools);
    return result;
}

std::string
example_path(const Difference& difference, const Affected& affected, const Shift& shift) {
    if (shift.reach == Reach::members) {
        const std::vector<std::string>& paths = difference.members[shift.place].paths;
        const auto is_spoken_for = [&](const std::string& path) {
            return std::ranges::any_of(affected.shifts, [&](const Shift& other) {
                return other.reach == Reach::path && difference.paths[other.place] == path;
            });
        };
        const auto example = std::ranges::find_if_not(paths, is_spoken_for);
        return example == paths.end() ? paths.front() : *example;
    }
    const std::string& path = difference.paths[shift.place];
    return shift.reach == Reach::path ? path : nameless_child_of(path);
}

} // namespace pveform::access
