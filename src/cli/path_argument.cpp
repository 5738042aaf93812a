#include "cli/path_argument.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "model/acl_path_forms.hpp"

namespace pveform::cli {

namespace {

bool has_entries_at(const AclPath& path, const State& state) {
    return std::ranges::any_of(state.acl, [&path](const auto& row) {
        return row.first.path == path;
    });
}

std::vector<std::string> paths_with_entries(const State& state) {
    std::vector<std::string> paths;
    for (const auto& [key, grant] : state.acl) {
        paths.push_back(key.path.text);
    }
    return paths;
}

} // namespace

Result<AclPath> path_argument(const std::string& text, const State& state) {
    auto path = AclPath::parse(text);
    if (!path) {
        return std::unexpected(
            usage_error(std::move(path).error(), fmt::format("name one path; {}", acl_path_forms))
        );
    }
    if (path->is_addable(state.release) || has_entries_at(*path, state)) {
        return std::move(*path);
    }
    return std::unexpected(usage_error(
        fmt::format("`{}` is no ACL path of PVE {}", path->text, state.release.text()),
        help_for_acl_path(*path, state.release, paths_with_entries(state))
    ));
}

} // namespace pveform::cli
