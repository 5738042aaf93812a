// Errors put into words for a person: what, where (with the line itself and a caret under the
// place), and what to do about it.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "render/style.hpp"

namespace pveform::render {

inline constexpr std::string_view diagnostics_beginning =
    "error:"; // painted, where there is colour

/// One block of lines for each error, with an empty line between two:
///
///     error: unknown role `PVEAudtor`
///       --> access/users.yaml:14:11
///        |
///     14 |     role: PVEAudtor
///        |           ^^^^^^^^^
///        = help: did you mean `PVEAuditor`?
///
/// Control characters from anywhere are made harmless, excerpts of long lines cut to the style's
/// width.
[[nodiscard]] std::string diagnostics(const Errors& errors, const Style& style);

} // namespace pveform::render
