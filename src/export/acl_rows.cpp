#include "export/acl_rows.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/text.hpp"
#include "document/write.hpp"

namespace pveform::exporting {

namespace {

constexpr std::size_t longest_row = 90;

/// Roles with the same flag; at one path or at several.
struct Roles {
    std::vector<std::string> ids;
    bool propagate = true;
    friend auto operator<=>(const Roles&, const Roles&) = default;
};

/// `path: /vms` or `paths: [/vms, /storage]`.
std::string one_or_many(std::string_view one, const std::vector<std::string>& values) {
    return values.size() == 1
               ? fmt::format("{}: {}", one, document::scalar(values[0], document::Place::flow))
               : fmt::format("{}s: {}", one, document::flow_list(values));
}

std::string row(const std::vector<std::string>& paths, const Roles& roles) {
    return fmt::format(
        "{{ {}, {}{} }}",
        one_or_many("path", paths),
        one_or_many("role", roles.ids),
        roles.propagate ? "" : ", propagate: false"
    );
}

} // namespace

std::vector<std::string> acl_rows(const std::vector<Grant>& grants) {
    std::map<std::pair<std::string, bool>, std::vector<std::string>> roles_at;
    for (const Grant& grant : grants) {
        roles_at[{grant.key.path.text, grant.propagate}].push_back(grant.key.role.text);
    }
    std::map<Roles, std::vector<std::string>> paths_of;
    for (const auto& [at, roles] : roles_at) {
        paths_of[{roles, at.second}].push_back(at.first);
    }
    // By the first path; of two at the same one, the one that propagates comes first.
    std::map<std::pair<std::string, bool>, std::string> rows;
    for (const auto& [roles, paths] : paths_of) {
        std::string together = row(paths, roles);
        if (display_width(together) <= longest_row) {
            rows[{paths.front(), !roles.propagate}] = std::move(together);
            continue;
        }
        for (const std::string& path : paths) {
            rows[{path, !roles.propagate}] = row({path}, roles);
        }
    }
    std::vector<std::string> lines;
    std::ranges::transform(rows, std::back_inserter(lines), [](auto& line) {
        return std::move(line.second);
    });
    return lines;
}

} // namespace pveform::exporting
