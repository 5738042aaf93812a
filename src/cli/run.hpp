// From the command line to an exit code.
#pragma once

#include <string>
#include <vector>

#include "cli/context.hpp"
#include "cli/exit_code.hpp"

namespace pveform::cli {

/// `arguments` without the program's name.
[[nodiscard]] ExitCode run(std::vector<std::string> arguments, Context& context);

} // namespace pveform::cli
