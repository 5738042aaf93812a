// A plan from a file that holds a cluster's state: what plan and validate do with `--live`.
#pragma once

#include "base/error.hpp"
#include "cli/context.hpp"
#include "cli/options.hpp"
#include "desired/desired.hpp"
#include "plan/plan.hpp"
#include "render/plan_text.hpp"

namespace pveform::cli {

struct OfflinePlan {
    plan::Plan plan;
    render::PlanContext about;
};

/// Nobody runs it: access and rights are those of `--as`, or of the document's `apply_as`, or not
/// looked at.
[[nodiscard]] Collected<OfflinePlan> plan_offline(
    const Options& options,
    const desired::Document& document,
    Context& context,
    plan::Purpose purpose = plan::Purpose::carry_out
);

} // namespace pveform::cli
