// Whether new secrets would have a place to go to, asked without leaving anything there.
#pragma once

#include <string>

#include "base/error.hpp"
#include "cli/context.hpp"
#include "cli/options.hpp"
#include "desired/desired.hpp"

namespace pveform::cli {

/// All that is asked when an apply opens the sink for every token that the document declares.
/// Nothing is there afterwards that was not there before.
[[nodiscard]] Result<void> check_sink(
    const Options& options,
    const desired::Document& document,
    const std::string& cluster,
    Context& context
);

} // namespace pveform::cli
