#include "access/course.hpp"

#include <map>
#include <string_view>
#include <tuple>

namespace pveform::access {

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

namespace {

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

} // namespace

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

} // namespace pveform::access
