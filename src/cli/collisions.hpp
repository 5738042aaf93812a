// Files that one run would write over, and that somebody still needs.
#pragma once

#include "base/error.hpp"
#include "cli/context.hpp"
#include "cli/options.hpp"
#include "desired/desired.hpp"

namespace pveform::cli {

/// An error where a file that the run writes (`--output`, `--out`) is another of them, or one that
/// it reads or keeps: a document, `--live`, `--against`, the plan to apply, `--secrets-out`, what
/// it authenticates with. Links are followed.
[[nodiscard]] Result<void> refuse_collisions(const Options& options, Context& context);

/// The same for what the document names: where its secrets go, passwords that it reads, its
/// `ca_file`.
[[nodiscard]] Result<void>
refuse_collisions(const Options& options, const desired::Document& document, Context& context);

} // namespace pveform::cli
