// Where new secrets go, as the options and the document say.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "cli/context.hpp"
#include "cli/options.hpp"
#include "desired/desired.hpp"
#include "secrets/sink.hpp"

namespace pveform::cli {

/// `--secrets-out`, or the document's `secrets`, for people: a path, or a command. Nothing where
/// neither says.
[[nodiscard]] std::optional<std::string>
secrets_place(const Options& options, const desired::Document& document);

/// Opened, checked and locked; on GitHub with masking. Null where there are no tokens.
[[nodiscard]] Result<std::unique_ptr<secrets::Sink>> open_secret_sink(
    const Options& options,
    const desired::Document& document,
    const std::string& cluster,
    const std::vector<TokenId>& tokens,
    Context& context
);

/// Whether new secrets would have a place to go to: all that is asked when an apply opens the sink
/// for every token that the document declares. Nothing is there afterwards that was not there
/// before.
[[nodiscard]] Result<void> check_secret_sink(
    const Options& options,
    const desired::Document& document,
    const std::string& cluster,
    Context& context
);

} // namespace pveform::cli
