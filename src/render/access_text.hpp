// Access in words: sets of privileges, the places where somebody gains or loses them, and what
// takes them away.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "access/additions.hpp"
#include "access/difference.hpp"
#include "plan/plan.hpp"
#include "render/style.hpp"

namespace pveform::render {

/// A few are named; of more, the role of this state that comes nearest: `PVEVMUser without
/// VM.Audit`.
[[nodiscard]] std::string
privileges_in_words(const access::PrivilegeSet& privileges, const State& state);

/// `on /vms and below but not /vms/7`, `below /pool`: the places of which `applies` is true. Of
/// many, the first. Empty where nothing can be: below guests and storages alone.
[[nodiscard]] std::string places_in_words(
    const access::Difference& difference,
    const access::Affected& affected,
    const std::function<bool(const access::Shift&)>& applies
);

[[nodiscard]] std::string addition_in_words(const access::Addition& addition);

/// The roles that a plan is described by, in the states before and after.
struct NamingRoles {
    std::map<RoleId, Role> before;
    std::map<RoleId, Role> after;
};

/// Those that sets of privileges of its effective access are named by; with these alone in its
/// states, its words are the same. Beside them, in `after`, those that its ACL changes grant: they
/// mean something also where nobody gains access yet, as with a group without members.
[[nodiscard]] NamingRoles naming_roles(const plan::Plan& plan);

/// What the plan means to people and tokens, a few lines; empty if it means nothing to anybody.
[[nodiscard]] std::string effective_access_text(
    const plan::Plan& plan, const Style& style, std::string_view title = "Effective access"
);

} // namespace pveform::render
