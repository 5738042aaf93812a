// What is left to say where nothing can be planned: a CI job shows mistakes in documents where it
// shows everything else.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "cli/context.hpp"
#include "cli/outputs.hpp"

namespace pveform::cli {

/// Writes the mistakes in documents that are among the errors to the outputs, and to GitHub; says
/// which of that failed. `cluster`: its name for people.
[[nodiscard]] Errors write_invalid(
    std::string_view command,
    const Errors& errors,
    const std::string& cluster,
    const Outputs& outputs,
    Context& context
);

/// The same, and reports all errors: what a command comes to that could not begin.
[[nodiscard]] ExitCode report_invalid(
    std::string_view command,
    Errors errors,
    const std::string& cluster,
    const Outputs& outputs,
    Context& context
);

} // namespace pveform::cli
