// Whether two differences mean the same to everybody, however each of them is folded.
#pragma once

#include <string>
#include <vector>

#include "access/difference.hpp"

namespace pveform::access {

/// What somebody gains and loses at one place.
struct Effect {
    PrivilegeSet gained;
    PrivilegeSet lost;
    PrivilegeSet lost_by_addition; // of what is lost
    friend bool operator==(const Effect&, const Effect&) = default;
};

/// A place where two differences do not say the same of somebody.
struct Discrepancy {
    Principal principal;
    std::string path;
    bool is_below = false; // all below the path, as far as no other place is about it
    Effect then;
    Effect now;
};

/// For each principal of whom they do not say the same, the first place. Which entries take
/// something does not count; members of pools count one by one.
[[nodiscard]] std::vector<Discrepancy> discrepancies(const Difference& then, const Difference& now);

} // namespace pveform::access
