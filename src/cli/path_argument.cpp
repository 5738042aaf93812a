#include "cli/path_argument.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "model/acl_path_forms.hpp"

namespace pveform::cli {

namespace {

bool has_entries_at(const AclPath& path, const State& state) {
    return std::ranges::any_of(state.acl, [&path](const auto& row) {
        return row.first.path == path;
    });
}

/// The path with each of the words that paths can begin with, where that makes a path of PVE; and
/// the paths that entries stand at.
std::optional<std::string> path_that_was_meant(const AclPath& path, const State& state) {
    const std::size_t first = path.text.find('/', 1);
    const std::string rest = first == std::string::npos ? std::string() : path.text.substr(first);
    std::vector<std::string> candidates;
    for (const auto* word : {"access", "mapping", "nodes", "pool", "sdn", "storage", "vms"}) {
        AclPath candidate{fmt::format("/{}{}", word, rest)};
        if (candidate.is_addable(state.release)) {
            candidates.push_back(std::move(candidate.text));
        }
    }
    for (const auto& [key, grant] : state.acl) {
        candidates.push_back(key.path.text);
    }
    return closest_match(path.text, candidates);
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
    const auto meant = path_that_was_meant(*path, state);
    return std::unexpected(usage_error(
        fmt::format("`{}` is no ACL path of PVE {}", path->text, state.release.text()),
        meant ? fmt::format("did you mean `{}`?", printable(*meant)) : std::string(acl_path_forms)
    ));
}

} // namespace pveform::cli
