#include "plan/selection_words.hpp"

#include <vector>

#include "base/text.hpp"

namespace pveform::plan {

std::string flags_of(const Selection& selection) {
    std::vector<std::string> flags;
    for (const Selector& one : selection.targets) {
        flags.push_back("--target " + one.text());
    }
    for (const Selector& one : selection.excludes) {
        flags.push_back("--exclude " + one.text());
    }
    return join(flags, " ");
}

} // namespace pveform::plan
