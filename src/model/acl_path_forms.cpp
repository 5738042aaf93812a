#include "model/acl_path_forms.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace pveform {

std::string
help_for_acl_path(const AclPath& path, Release release, std::vector<std::string> others) {
    const std::size_t first = path.text.find('/', 1);
    const std::string rest = first == std::string::npos ? std::string() : path.text.substr(first);
    std::vector<std::string> candidates;
    for (const std::string_view root : acl_roots) {
        AclPath candidate{std::string(root) + rest};
        const bool is_first_word = root.size() > 1 && root.rfind('/') == 0;
        if (is_first_word && candidate.is_addable(release)) {
            candidates.push_back(std::move(candidate.text));
        }
    }
    std::ranges::move(others, std::back_inserter(candidates));
    const auto meant = closest_match(path.text, candidates);
    return meant ? fmt::format("did you mean `{}`?", printable(*meant))
                 : std::string(acl_path_forms);
}

} // namespace pveform
