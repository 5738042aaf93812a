// What the access of a principal follows from, in either of two states that are compared: equal
// sides, equal access. Not for use outside of the difference.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "access/path_tree.hpp"
#include "access/privilege_sets.hpp"
#include "base/time.hpp"
#include "model/state.hpp"

namespace pveform::access {

using Node = PathTree::Node;
using Set = PrivilegeSets::Number;
using Number = std::uint32_t;

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

} // namespace pveform::access
