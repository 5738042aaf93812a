// What the program must know of a command besides its flags, in one table.
#pragma once

#include <span>
#include <string_view>

#include "cli/context.hpp"
#include "cli/exit_code.hpp"
#include "cli/options.hpp"

namespace pveform::cli {

struct Command {
    std::string_view name;
    ExitCode (*run)(const Options&, Context&);
    std::span<const Format> formats; // in which it speaks
    bool is_for_reading = false;     // shows something, perhaps at length; else speaks as it works
    bool writes = false;             // to the cluster
    bool needs_documents = false;    // to have anything to do; but for `drift --against`
};

/// Null where there is none of this name. Commands within others are not in the table.
[[nodiscard]] const Command* find_command(std::string_view name);

} // namespace pveform::cli
