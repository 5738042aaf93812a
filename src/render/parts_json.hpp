// What plans and reports for programs have in common.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "plan/plan.hpp"
#include "json/value.hpp"

namespace pveform::render {

/// Null where it is empty.
[[nodiscard]] json::Value text_or_null(const std::string& text);

/// As on the command line: `["user:*@corp"]`.
[[nodiscard]] json::Value selectors_value(const std::vector<plan::Selector>& selectors);

/// Null where nothing was left out.
[[nodiscard]] json::Value part_value(const std::optional<plan::Part>& part);

[[nodiscard]] json::Value notices_value(const std::vector<plan::Notice>& list);

[[nodiscard]] json::Value blocks_value(const std::vector<plan::Block>& list);

/// `[{"kind": "user", "id": "bob@pve"}]`.
[[nodiscard]] json::Value objects_value(const std::vector<ObjectKey>& keys);

[[nodiscard]] json::Value paths_value(const std::set<AclPath>& paths);

} // namespace pveform::render
