// Sets of names, put together.
#pragma once

#include <algorithm>
#include <iterator>
#include <set>

namespace pveform {

/// What is in `set` and not in `others`.
template<class T>
[[nodiscard]] std::set<T> without(const std::set<T>& set, const std::set<T>& others) {
    std::set<T> rest;
    std::ranges::set_difference(set, others, std::inserter(rest, rest.end()));
    return rest;
}

/// What is in both.
template<class T>
[[nodiscard]] std::set<T> common(const std::set<T>& one, const std::set<T>& other) {
    std::set<T> both;
    std::ranges::set_intersection(one, other, std::inserter(both, both.end()));
    return both;
}

} // namespace pveform
