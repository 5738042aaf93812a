#include "access/privilege_sets.hpp"

#include <utility>

#include "base/sets.hpp"

namespace pveform::access {

PrivilegeSets::Number PrivilegeSets::number(PrivilegeSet set) {
    const auto next = static_cast<Number>(sets_.size());
    const auto [found, is_new] = numbers_.try_emplace(std::move(set), next);
    if (is_new) {
        sets_.push_back(found->first);
    }
    return found->second;
}

PrivilegeSets::Number
PrivilegeSets::remember(Memory& memory, Number one, Number other, const Operation& compute) {
    const std::uint64_t key = (std::uint64_t{one} << 32U) | other;
    if (const auto found = memory.find(key); found != memory.end()) {
        return found->second;
    }
    const Number result = number(compute(sets_[one], sets_[other]));
    memory.emplace(key, result);
    return result;
}

PrivilegeSets::Number PrivilegeSets::united(Number one, Number other) {
    if (one == other || other == empty) {
        return one;
    }
    return one == empty ? other : remember(united_, one, other, [](const auto& a, const auto& b) {
        PrivilegeSet result = a;
        result.insert(b.begin(), b.end());
        return result;
    });
}

PrivilegeSets::Number PrivilegeSets::common(Number one, Number other) {
    if (one == other || one == empty) {
        return one;
    }
    return other == empty ? empty : remember(common_, one, other, [](const auto& a, const auto& b) {
        return pveform::common(a, b);
    });
}

PrivilegeSets::Number PrivilegeSets::without(Number one, Number other) {
    if (one == other || one == empty) {
        return empty;
    }
    return other == empty ? one : remember(without_, one, other, [](const auto& a, const auto& b) {
        return pveform::without(a, b);
    });
}

} // namespace pveform::access
