// Sets of privileges as numbers. A cluster has few different ones, and whoever compares the access
// of thousands of principals at thousands of paths compares the same few again and again.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <unordered_map>
#include <vector>

#include "model/ids.hpp"

namespace pveform::access {

using PrivilegeSet = std::set<Privilege>;

/// Two sets are equal if their numbers are. Remembers every result.
class PrivilegeSets {
public:
    using Number = std::uint32_t;
    static constexpr Number empty = 0;

    PrivilegeSets() { number({}); }

    Number number(PrivilegeSet set);
    [[nodiscard]] Number united(Number one, Number other);
    [[nodiscard]] Number common(Number one, Number other);
    [[nodiscard]] Number without(Number one, Number other);

    [[nodiscard]] const std::vector<PrivilegeSet>& all() const { return sets_; }

private:
    using Memory = std::unordered_map<std::uint64_t, Number>;
    using Operation = std::function<PrivilegeSet(const PrivilegeSet&, const PrivilegeSet&)>;

    Number remember(Memory& memory, Number one, Number other, const Operation& compute);

    std::vector<PrivilegeSet> sets_;
    std::map<PrivilegeSet, Number> numbers_;
    Memory united_;
    Memory common_;
    Memory without_;
};

} // namespace pveform::access
