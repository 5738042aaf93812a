// A plan as people read it: in a terminal, in a CI log.
#pragma once

#include <string>

#include "plan/plan.hpp"
#include "render/style.hpp"

namespace pveform::render {

/// What stands around a plan.
struct PlanContext {
    std::string cluster;       // its name or endpoint
    std::string version;       // of PVE
    std::string identity;      // who read the cluster; empty where the view is from a file
    std::string origin = {};   // that file, for people
    std::string secrets_place; // where new secrets go; empty if nowhere
    bool show_unmanaged = false;
};

[[nodiscard]] std::string
plan_text(const plan::Plan& plan, const PlanContext& context, const Style& style);

/// What a plan without changes comes to, as far as was looked.
[[nodiscard]] std::string no_changes_text(const plan::Plan& plan);

/// The last lines alone: what a plan comes to.
[[nodiscard]] std::string plan_summary(const plan::Plan& plan);

} // namespace pveform::render
