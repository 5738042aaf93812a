// A plan held against its document's policy and assertions, with the lists of objects that this may
// need.
#pragma once

#include "base/error.hpp"
#include "cli/options.hpp"
#include "desired/desired.hpp"
#include "live/read.hpp"
#include "plan/plan.hpp"

namespace pveform::cli {

/// Without `pve` (the view is from a file) whether guests, storages and the like exist is not
/// known. Runs that only give tokens new secrets are not reviewed: what is unwise about the cluster
/// must not keep a secret from being renewed.
[[nodiscard]] Result<void> review_plan(
    plan::Plan& plan,
    const Options& options,
    const desired::Document& document,
    const live::View& view,
    live::ReadTransport* pve
);

} // namespace pveform::cli
