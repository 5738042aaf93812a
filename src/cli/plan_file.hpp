// Plans that are saved with `plan --out`, and applied by `apply PLAN`.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "cli/context.hpp"
#include "cli/options.hpp"
#include "desired/desired.hpp"
#include "document/tree.hpp"
#include "plan/plan.hpp"
#include "render/plan_text.hpp"
#include "saved/saved_plan.hpp"

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace pveform::cli {

/// What plans are made of: the document with its sources, and where it is about.
struct Origin {
    const std::vector<document::Tree>& sources;
    const desired::Document& document;
    std::string endpoint; // as `lock_endpoint` gives it
};

/// The endpoint in a form in which two can be compared; empty where nobody says one.
[[nodiscard]] std::string
lock_endpoint(const Options& options, const desired::Document& document, Context& context);

/// A plan with everything that a review of it is about.
[[nodiscard]] saved::SavedPlan reviewable(
    plan::Plan plan, render::PlanContext about, const Origin& origin, const Options& options
);

/// Where `--out` puts a plan in the end. An error where that is no file.
[[nodiscard]] Result<std::filesystem::path>
place_of_plan(const std::filesystem::path& path, Context& context);

/// Replaces the file in one step; mode 0600, as it says who may do what. Gives its digest.
[[nodiscard]] Result<std::string>
save_plan(const saved::SavedPlan& saved, const std::filesystem::path& path, Context& context);

[[nodiscard]] Result<saved::PlanFile>
read_plan_file(const std::filesystem::path& path, Context& context);

/// An error where the plan was made from documents that nobody names now, and none stands in the
/// usual place.
[[nodiscard]] Result<void>
check_documents_are_named(const saved::SavedPlan& saved, const Options& options, Context& context);

/// `--digest`, for a command that takes a plan.
void setup_digest(CLI::App& command, CLI::Option* plan, Options& options);

/// Says that the plan is not the one that `--digest` is of.
[[nodiscard]] Error of_another_digest(const saved::PlanFile& file, const Options& options);

/// Options with what the plan was asked for. An error where one of these was said again.
[[nodiscard]] Result<Options> as_planned(Options options, const saved::Request& request);

/// `plan 1a2b3c4d5e6f of 2026-11-28T01:21:29Z, 3 days ago`.
[[nodiscard]] std::string name_of(const saved::PlanFile& file, UnixSeconds now);

/// The flags that the plan was made with, as they would be written; empty for none.
[[nodiscard]] std::string flags_of(const saved::Request& request);

} // namespace pveform::cli
