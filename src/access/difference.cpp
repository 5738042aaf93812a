#include "access/difference.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <ranges>
#include <span>
#include <tuple>
#include <unordered_map>

#include "access/path_tree.hpp"

namespace pveform::access {

namespace {

using Node = PathTree::Node;
using Set = PrivilegeSets::Number;
using Number = std::uint32_t;

constexpr auto guests_path = "/vms";
constexpr auto storages_path = "/storage";
constexpr auto pools_path = "/pool";

/// Numbers for values, the same for equal ones.
template<class T>
class Numbers {
public:
    Number of(const T& value) {
        const auto [found, is_new] =
            numbers_.try_emplace(value, static_cast<Number>(values_.size()));
        if (is_new) {
            values_.push_back(&found->first);
        }
        return found->second;
    }

    [[nodiscard]] const T& at(Number number) const { return *values_[number]; }

private:
    std::map<T, Number> numbers_; // its nodes stay where they are
    std::vector<const T*> values_;
};

/// A role as one state has it. A role that changes is two of these with one id.
struct RoleValue {
    RoleId id;
    Set set = PrivilegeSets::empty;
    bool is_no_access = false;
    friend auto operator<=>(const RoleValue&, const RoleValue&) = default;
};

/// An ACL entry of somebody.
struct Row {
    Node node = 0;
    Number role = 0;
    bool propagates = false;
    friend auto operator<=>(const Row&, const Row&) = default;
};

using Rows = std::vector<Row>; // sorted

/// What one walk of PVE's algorithm looks at: rows of a user or a token itself, and those of the
/// user's groups. Lists of rows are numbers.
struct Source {
    bool is_token = false;
    Number own = 0;
    std::vector<Number> groups = {};
    friend auto operator<=>(const Source&, const Source&) = default;
};

/// All that a principal's access in one state follows from. Nothing for who does not exist or
/// cannot log in; a token that is bound to its user's rights has two sources.
struct Side {
    bool is_everything = false; // root@pam
    std::vector<Source> sources = {};
    friend auto operator<=>(const Side&, const Side&) = default;
};

/// What the roles of one level come to.
struct Held {
    Set set = PrivilegeSets::empty;
    bool is_no_access = false;
};

struct Point {
    Held here;
    Held below;
};

/// What both states are about, in numbers that they share.
struct Shared {
    PrivilegeSets sets;
    Numbers<RoleValue> roles;
    Numbers<Rows> lists;
    PathTree tree;

    explicit Shared(const std::vector<std::string>& paths) : tree(paths) {
        lists.of({}); // the empty one is number 0
    }
};

/// One of the two states.
class View {
public:
    View(const State& state, UnixSeconds now, Shared& shared);

    [[nodiscard]] Side side_of(const Principal& principal) const;

    [[nodiscard]] Set everything() const { return everything_; }

private:
    [[nodiscard]] Source source_of(const UserId& user) const;
    [[nodiscard]] Number list_of(const Principal& principal) const;

    const State& state_;
    UnixSeconds now_;
    Set everything_;
    std::map<Principal, Number> lists_;
    std::map<UserId, std::vector<Number>> groups_of_; // by their rows; without those that have none
};

View::View(const State& state, UnixSeconds now, Shared& shared)
    : state_(state), now_(now), everything_(shared.sets.number(state.privileges())) {
    std::map<RoleId, Number> roles;
    for (const auto& [id, role] : state.roles) {
        roles[id] =
            shared.roles.of({id, shared.sets.number(role.privileges), id.text == "NoAccess"});
    }
    std::map<Principal, Rows> rows;
    const std::string* path = nullptr;
    Node node = 0;
    for (const auto& [key, grant] : state.acl) { // by path
        const auto role = roles.find(key.role);
        if (role == roles.end()) {
            continue; // PVE drops such rows when it reads its file
        }
        if (path == nullptr || *path != key.path.text) {
            path = &key.path.text;
            node = shared.tree.find(*path);
        }
        rows[key.principal].push_back({node, role->second, grant.propagate});
    }
    for (auto& [principal, list] : rows) {
        std::ranges::sort(list);
        lists_[principal] = shared.lists.of(list);
    }
    for (const auto& [id, group] : state.groups) {
        if (const Number list = list_of(Principal::of(id)); list != 0) {
            for (const UserId& member : group.members) {
                groups_of_[member].push_back(list);
            }
        }
    }
    for (auto& [user, lists] : groups_of_) {
        std::ranges::sort(lists);
    }
}

Number View::list_of(const Principal& principal) const {
    const auto list = lists_.find(principal);
    return list == lists_.end() ? 0 : list->second;
}

Source View::source_of(const UserId& user) const {
    Source source{.own = list_of(Principal::of(user))};
    if (const auto groups = groups_of_.find(user); groups != groups_of_.end()) {
        source.groups = groups->second;
    }
    return source;
}

Side View::side_of(const Principal& principal) const {
    if (!can_log_in(state_, principal, now_)) {
        return {};
    }
    const UserId user = user_behind(principal);
    const bool is_separated = principal.kind == PrincipalKind::token &&
                              state_.tokens.at(split_token_id(principal.id)).privilege_separation;
    if (!is_separated) {
        return user == root_user ? Side{.is_everything = true} : Side{.sources = {source_of(user)}};
    }
    Side side{.sources = {Source{.is_token = true, .own = list_of(principal)}}};
    if (user != root_user) {
        side.sources.push_back(source_of(user));
    }
    return side;
}

/// The members of pools, by the pools that they are in.
class Pools {
public:
    Pools(const State& before, const State& after, const PathTree& tree);

    struct Group {
        std::vector<Node> before;
        std::vector<Node> after;
        bool are_storages = false;
    };

    [[nodiscard]] bool differ() const { return differ_; }

    [[nodiscard]] const std::vector<Members>& members() const { return members_; }

    [[nodiscard]] const Group& group(Number number) const { return groups_[number]; }

    [[nodiscard]] std::optional<Number> group_at(Node node) const {
        const auto found = group_at_.find(node);
        return found == group_at_.end() ? std::nullopt : std::optional(found->second);
    }

    /// With a pool at or below the node; a group can come more than once.
    void add_groups_below(Node node, std::vector<Number>& groups) const;

private:
    using Belonging = std::map<std::string, std::vector<PoolId>>; // by the member's path
    [[nodiscard]] static Belonging belonging(const State& state);
    [[nodiscard]] std::vector<Node>
    nodes_of(const std::vector<PoolId>& pools, Number group, const PathTree& tree);

    const PathTree& tree_;
    bool differ_;
    std::vector<Members> members_;
    std::vector<Group> groups_;
    std::unordered_map<Node, Number> group_at_;
    std::vector<std::pair<Node, Number>> groups_of_pools_; // sorted
};

Pools::Belonging Pools::belonging(const State& state) {
    Belonging pools_of;
    for (const auto& [id, pool] : state.pools) {
        for (const std::uint32_t guest : pool.guests) {
            pools_of["/vms/" + std::to_string(guest)].push_back(id);
        }
        for (const std::string& storage : pool.storages) {
            pools_of["/storage/" + storage].push_back(id);
        }
    }
    return pools_of;
}

std::vector<Node>
Pools::nodes_of(const std::vector<PoolId>& pools, Number group, const PathTree& tree) {
    std::vector<Node> nodes;
    for (const PoolId& pool : pools) {
        nodes.push_back(tree.find("/pool/" + pool.text));
        groups_of_pools_.emplace_back(nodes.back(), group);
    }
    return nodes;
}

Pools::Pools(const State& before, const State& after, const PathTree& tree)
    : tree_(tree), differ_(before.pools != after.pools) {
    const Belonging then = belonging(before);
    const Belonging later = differ_ ? belonging(after) : then;
    const auto pools_in = [](const Belonging& all, const std::string& path) {
        const auto found = all.find(path);
        return found == all.end() ? std::vector<PoolId>() : found->second;
    };
    std::map<std::tuple<bool, std::vector<PoolId>, std::vector<PoolId>>, std::vector<std::string>>
        groups;
    const auto add = [&](const std::string& path) {
        groups[{path.starts_with("/storage/"), pools_in(then, path), pools_in(later, path)}]
            .push_back(path);
    };
    for (const auto& [path, pools] : then) {
        add(path);
    }
    for (const auto& [path, pools] : later) {
        if (!then.contains(path)) {
            add(path);
        }
    }
    std::unordered_map<std::string_view, Number> group_of_path;
    members_.reserve(groups.size());
    for (auto& [key, paths] : groups) {
        const auto& [are_storages, pools_before, pools_after] = key;
        const auto number = static_cast<Number>(groups_.size());
        groups_.push_back(
            {nodes_of(pools_before, number, tree),
             nodes_of(pools_after, number, tree),
             are_storages}
        );
        members_.push_back({pools_before, pools_after, std::move(paths)});
        for (const std::string& path : members_.back().paths) {
            group_of_path[path] = number;
        }
    }
    std::ranges::sort(groups_of_pools_);
    for (Node node = 0; node < tree.size(); ++node) {
        const std::string path = tree.path(node);
        if (const auto found = group_of_path.find(path); found != group_of_path.end()) {
            group_at_[node] = found->second;
        }
    }
}

void Pools::add_groups_below(Node node, std::vector<Number>& groups) const {
    const auto first = std::ranges::lower_bound(groups_of_pools_, std::pair{node, Number{0}});
    const auto last =
        std::ranges::lower_bound(groups_of_pools_, std::pair{tree_.end(node), Number{0}});
    std::ranges::transform(first, last, std::back_inserter(groups), [](const auto& one) {
        return one.second;
    });
}

/// A row with the one thing more that counts in a walk.
struct WalkedRow {
    Node node = 0;
    bool is_own = false;
    Number role = 0;
    bool propagates = false;
    friend bool operator==(const WalkedRow&, const WalkedRow&) = default;
};

using WalkedRows = std::vector<WalkedRow>; // by node

WalkedRows rows_of(const Source& source, const Shared& shared) {
    WalkedRows rows;
    const auto add = [&](Number list, bool is_own) {
        for (const Row& row : shared.lists.at(list)) {
            rows.push_back({row.node, is_own, row.role, row.propagates});
        }
    };
    add(source.own, true);
    for (const Number list : source.groups) {
        add(list, false);
    }
    if (!source.groups.empty()) {
        std::ranges::stable_sort(rows, {}, &WalkedRow::node);
    }
    return rows;
}

/// `after`, without the entries that are not in `before`, and with the propagate flags of then.
WalkedRows without_additions(
    const WalkedRows& before, const WalkedRows& after, const Numbers<RoleValue>& roles
) {
    const auto key_of = [&](const WalkedRow& row) {
        return std::tuple(row.node, row.is_own, std::string_view(roles.at(row.role).id.text));
    };
    std::map<std::tuple<Node, bool, std::string_view>, bool> flags;
    for (const WalkedRow& row : before) {
        flags[key_of(row)] |= row.propagates; // two groups can have one
    }
    WalkedRows kept;
    for (WalkedRow row : after) {
        if (const auto flag = flags.find(key_of(row)); flag != flags.end()) {
            row.propagates = row.propagates && flag->second;
            kept.push_back(row);
        }
    }
    return kept;
}

/// The places that matter to one kind of principal: nodes of the tree, in its order.
class Course {
public:
    Course(std::vector<Node> nodes, const PathTree& tree) : nodes_(std::move(nodes)), tree_(tree) {
        std::ranges::sort(nodes_);
        const auto rest = std::ranges::unique(nodes_);
        nodes_.erase(rest.begin(), rest.end());
        std::vector<std::size_t> open;
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            while (!open.empty() && !tree.is_at_or_below(nodes_[i], nodes_[open.back()])) {
                open.pop_back();
            }
            above_.push_back(open.empty() ? i : open.back()); // the root is above itself
            open.push_back(i);
        }
    }

    [[nodiscard]] std::size_t size() const { return nodes_.size(); }

    [[nodiscard]] Node node(std::size_t position) const { return nodes_[position]; }

    /// The position of the nearest node above.
    [[nodiscard]] std::size_t above(std::size_t position) const { return above_[position]; }

    /// The position of the node, or of the nearest above it.
    [[nodiscard]] std::size_t at_or_above(Node node) const {
        auto position =
            static_cast<std::size_t>(std::ranges::upper_bound(nodes_, node) - nodes_.begin()) - 1;
        while (!tree_.is_at_or_below(node, nodes_[position])) {
            position = above_[position];
        }
        return position;
    }

private:
    std::vector<Node> nodes_;
    std::vector<std::size_t> above_;
    const PathTree& tree_;
};

/// The roles of one level, one by one.
struct Level {
    bool is_empty = true;
    bool is_no_access = false;
    Set set = PrivilegeSets::empty;
    Set set_of_no_access = PrivilegeSets::empty;

    void add(const RoleValue& role, PrivilegeSets& sets) {
        is_empty = false;
        if (role.is_no_access) {
            is_no_access = true;
            set_of_no_access = role.set;
        } else {
            set = sets.united(set, role.set);
        }
    }

    [[nodiscard]] Held held() const {
        return is_no_access ? Held{set_of_no_access, true} : Held{set, false};
    }
};

/// What is held along a course, as PVE walks it: at each level a principal's own rows hide those
/// of groups, and any that apply replace what comes from above.
std::vector<Point> walk(const WalkedRows& rows, const Course& course, Shared& shared) {
    std::vector<Point> points(course.size());
    auto row = rows.begin();
    for (std::size_t i = 0; i < course.size(); ++i) {
        Level own;
        Level own_below;
        Level groups;
        Level groups_below;
        for (; row != rows.end() && row->node == course.node(i); ++row) {
            const RoleValue& role = shared.roles.at(row->role);
            (row->is_own ? own : groups).add(role, shared.sets);
            if (row->propagates) {
                (row->is_own ? own_below : groups_below).add(role, shared.sets);
            }
        }
        const Held inherited = i == 0 ? Held{} : points[course.above(i)].below;
        const auto choose = [&](const Level& first, const Level& second) {
            return !first.is_empty ? first.held() : !second.is_empty ? second.held() : inherited;
        };
        points[i] = {choose(own, groups), choose(own_below, groups_below)};
    }
    return points;
}

/// What a principal holds in one state, at the places of a course.
class Answer {
public:
    Answer(const Course& course, PrivilegeSets& sets, Set everything)
        : course_(course), sets_(sets), everything_(everything) {}

    void add_source(std::vector<Point> points) { by_source_.push_back(std::move(points)); }

    [[nodiscard]] Set at(std::size_t position) const {
        return common([&](const auto& points) { return points[position].here.set; });
    }

    [[nodiscard]] Set below(std::size_t position) const {
        return common([&](const auto& points) { return points[position].below.set; });
    }

    /// Of a member of pools: with an own node at `position`, or one that is only below it.
    [[nodiscard]] Set
    member(std::size_t position, bool has_node, std::span<const Node> pools) const {
        return common([&](const auto& points) {
            Held held = has_node ? points[position].here : points[position].below;
            for (const Node pool : pools) {
                const std::size_t nearest = course_.at_or_above(pool);
                const bool is_there = course_.node(nearest) == pool;
                add_pool(is_there ? points[nearest].here : points[nearest].below, held);
            }
            return held.set;
        });
    }

    /// Of one below `position`, of a pool without entries below the node of all pools.
    [[nodiscard]] Set usual_member(std::size_t position, Node all_pools) const {
        return common([&](const auto& points) {
            Held held = points[position].below;
            add_pool(points[course_.at_or_above(all_pools)].below, held);
            return held.set;
        });
    }

private:
    /// A separated token holds what both it and its user hold.
    template<class SetOfSource>
    [[nodiscard]] Set common(SetOfSource set_of) const {
        if (by_source_.empty()) {
            return everything_;
        }
        Set result = set_of(by_source_.front());
        for (const auto& points : by_source_ | std::views::drop(1)) {
            result = sets_.common(result, set_of(points));
        }
        return result;
    }

    /// NoAccess, of the member or of any pool, leaves nothing.
    void add_pool(Held through, Held& held) const {
        if (held.is_no_access) {
            return;
        }
        if (through.is_no_access) {
            held = through;
        } else {
            held.set = sets_.united(held.set, through.set);
        }
    }

    const Course& course_;
    PrivilegeSets& sets_;
    Set everything_; // held everywhere by who has no sources
    std::vector<std::vector<Point>> by_source_;
};

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
        : pools_(pools), shared_(shared), vms_(shared.tree.find(guests_path)),
          storage_(shared.tree.find(storages_path)), pool_(shared.tree.find(pools_path)) {
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
    std::vector<std::string> paths = {guests_path, storages_path, pools_path};
    for (const State* state : {&before, &after}) {
        for (const auto& [key, grant] : state->acl) {
            if (paths.back() != key.path.text) {
                paths.push_back(key.path.text);
            }
        }
        for (const auto& [id, pool] : state->pools) {
            paths.push_back("/pool/" + id.text);
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
    return shift.reach == Reach::path ? path : path == "/" ? "/~" : path + "/~";
}

} // namespace pveform::access
