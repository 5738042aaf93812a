// What stands around a plan or a report: of which cluster, as seen by whom, and how much of it is
// nobody's business.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/state.hpp"
#include "plan/plan.hpp"
#include "render/plan_text.hpp"

namespace pveform::render {

/// What was looked at.
struct Scenery {
    plan::Extent extent;
    const std::set<AclPath>& hidden_pools;
    std::string applier = {}; // on whose behalf, if that is somebody else
};

inline constexpr std::string_view heading_beginning = "Cluster ";

/// `Cluster prod · PVE 9.2 · as ci@pve!plan · complete view (41 users, …)` and a newline.
[[nodiscard]] std::string heading(const PlanContext& context, const Scenery& scenery);

/// `12 users, 61 ACL entries`.
[[nodiscard]] std::string counts_of(const std::vector<ObjectKey>& keys);

/// A line each, and an empty one; nothing where there are none.
[[nodiscard]] std::string
notices_text(const std::vector<plan::Notice>& notices, const Style& style);

/// The same for what stands in the way, with what to do about it.
[[nodiscard]] std::string blocks_text(const std::vector<plan::Block>& blocks, const Style& style);

/// And for what would, had no flag let it pass.
[[nodiscard]] std::string allowed_text(const std::vector<plan::Block>& blocks, const Style& style);

/// All of them, for `--show-unmanaged`.
[[nodiscard]] std::string left_alone_text(const std::vector<ObjectKey>& keys);

} // namespace pveform::render
