// Whether what was reviewed still is what would be done.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "saved/saved_plan.hpp"

namespace pveform::saved {

/// Of kind `blocked` for a plan with something in its way, `incomplete_view` for one of which
/// nobody could say whether its assertions hold: there is nothing to approve in either.
[[nodiscard]] Collected<void> check_is_applicable(const SavedPlan& saved);

/// Where, and as whom, a plan is about to be applied.
struct Applying {
    std::string cluster;
    std::string endpoint;
    std::string identity;
};

/// Of kind `usage` where it is of another cluster, or for another applier to apply.
[[nodiscard]] Result<void> check_belongs(const SavedPlan& saved, const Applying& run);

/// How `now`, made with the same request, differs from what was reviewed; a line each, none where
/// it comes to the same. What the reviewed plan says of access is compared down to the roles that
/// name it, what it grants down to the privileges of the role, and so is of which cluster it says
/// to be. Where secrets go counts where both say so. A plan that was made in the future is none.
[[nodiscard]] std::vector<std::string> differences(const SavedPlan& reviewed, const SavedPlan& now);

/// How the documents differ: what may be behind other differences, and is none itself.
[[nodiscard]] std::vector<std::string> differing_documents(
    const std::vector<DocumentDigest>& reviewed, const std::vector<DocumentDigest>& now
);

} // namespace pveform::saved
