// The answers of `pveform ping`: what works, and what to do about the rest.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "render/style.hpp"

namespace pveform::render {

enum class Standing { ok, warning, failed };

[[nodiscard]] std::string_view to_string(Standing standing);

/// What it takes the checked thing for.
enum class Purpose { both, plan, apply };

[[nodiscard]] std::string_view to_string(Purpose purpose);

struct Check {
    std::string name; // one word
    Standing standing = Standing::ok;
    Purpose purpose = Purpose::both;
    std::string message;
    std::vector<std::string> notes = {};
    std::vector<std::string> fixes = {};
};

/// A line for each, notes and fixes below it, and the sum; those of one purpose stand together,
/// under its name. With `only_trouble`, those that are `ok` are left out.
[[nodiscard]] std::string
checks_text(const std::vector<Check>& checks, bool only_trouble, const Style& style);

/// `{"format_version": 1, "cluster": …, "ok": …, "checks": [{"name", "purpose", "status",
/// "message", "notes", "fixes"}]}`; `ok` is false where something failed.
[[nodiscard]] std::string checks_json(const std::vector<Check>& checks, const std::string& cluster);

} // namespace pveform::render
