#include "plan/allowed.hpp"

#include <algorithm>
#include <iterator>

namespace pveform::plan {

std::vector<Block>
allowed_blocks(const Plan& plan, const desired::Document& document, const Allowances& allowances) {
    if (!allowances.lockout && !allowances.destroy && !allowances.acl_removals &&
        !allowances.cascades) {
        return {};
    }
    std::vector<Block> blocks =
        check_destruction(plan.changes, plan.before, plan.after, document, {});
    std::vector<Step> steps = plan.steps;
    std::ranges::move(
        check_steps(steps, plan.before, plan.applier, plan.now, {}), std::back_inserter(blocks)
    );
    std::ranges::move(
        check_ends(plan.before, plan.after, plan.applier, plan.now, document, {}),
        std::back_inserter(blocks)
    );
    std::erase_if(blocks, [&](const Block& block) {
        return std::ranges::any_of(plan.blocks, [&](const Block& other) {
            return block.guard == other.guard && block.message == other.message;
        });
    });
    return blocks;
}

} // namespace pveform::plan
