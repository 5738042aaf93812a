// PVE's walk along the paths of an ACL, for many paths at once: each is visited once, in the order
// of the tree. Not for use outside of the difference.
// Mirrors pve-access-control: src/PVE/AccessControl.pm (roles), src/PVE/RPCEnvironment.pm.
#pragma once

#include <algorithm>
#include <cstddef>
#include <ranges>
#include <span>
#include <utility>
#include <vector>

#include "access/path_tree.hpp"
#include "access/privilege_sets.hpp"
#include "access/sides.hpp"

namespace pveform::access {

/// A row with the one thing more that counts in a walk.
struct WalkedRow {
    Node node = 0;
    bool is_own = false;
    Number role = 0;
    bool propagates = false;
    friend bool operator==(const WalkedRow&, const WalkedRow&) = default;
};

using WalkedRows = std::vector<WalkedRow>; // by node

/// By node.
[[nodiscard]] WalkedRows rows_of(const Source& source, const Shared& shared);

/// `after`, without the entries that are not in `before`, and with the propagate flags of then.
[[nodiscard]] WalkedRows without_additions(
    const WalkedRows& before, const WalkedRows& after, const Numbers<RoleValue>& roles
);

/// What the roles of one level come to.
struct Held {
    Set set = PrivilegeSets::empty;
    bool is_no_access = false;
};

struct Point {
    Held here;
    Held below;
};

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

/// What is held along a course, as PVE walks it: at each level a principal's own rows hide those
/// of groups, and any that apply replace what comes from above.
[[nodiscard]] std::vector<Point> walk(const WalkedRows& rows, const Course& course, Shared& shared);

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

} // namespace pveform::access
