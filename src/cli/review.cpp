#include "cli/review.hpp"

#include <fmt/format.h>

#include "live/inventory.hpp"
#include "plan/review.hpp"
#include "policy/check.hpp"

namespace pveform::cli {

namespace {

bool is_forbidden(std::string_view rule, const desired::Document& document) {
    return policy::severity_of(*policy::find_rule(rule), document.policy) ==
           policy::Severity::error;
}

} // namespace

Result<void> review_plan(
    plan::Plan& plan,
    const Options& options,
    const desired::Document& document,
    const live::View& view,
    live::ReadTransport* pve
) {
    if (options.rotation.nothing_else) {
        return {};
    }
    Inventory inventory = inventory_of(view.state, view.hidden_pools);
    if (pve != nullptr && policy::needs_object_lists(document, inventory)) {
        auto lists = live::fetch_inventory(*pve, view);
        if (lists) {
            inventory = std::move(*lists);
        } else if (is_forbidden("unknown-path", document)) {
            return std::unexpected(std::move(lists).error());
        } else {
            plan.notices.push_back(
                {fmt::format(
                     "whether the paths of ACL entries exist was not checked: {}",
                     lists.error().message
                 ),
                 {}}
            );
        }
    }
    plan::review(plan, document, inventory);
    return {};
}

} // namespace pveform::cli
