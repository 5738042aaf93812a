// The lines of a plan, in columns that fit where they are read.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "plan/change.hpp"
#include "render/style.hpp"

namespace pveform::render {

/// One line of the plan, before it is laid out.
struct Row {
    plan::Action action = plan::Action::update;
    std::string kind;
    std::string name;
    std::string detail;
    std::string source;
    std::vector<std::string> below; // further lines under the detail
};

/// `text` with blanks behind it, up to `width` columns.
[[nodiscard]] std::string padded(std::string_view text, std::size_t width);

/// Sign, kind, name, detail and source of each row; what does not fit is wrapped.
[[nodiscard]] std::string
table(const std::vector<Row>& rows, std::size_t indent, const Style& style);

} // namespace pveform::render
