// Where the secrets of new tokens go, as the command line or the document says.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "cli/context.hpp"
#include "cli/options.hpp"
#include "desired/desired.hpp"
#include "secrets/sink.hpp"

namespace pveform::cli {

/// In words, for plans: a path, or a command; empty for nowhere.
[[nodiscard]] std::string secrets_place(const Options& options, const desired::Document& document);

/// Opened, checked and locked. An error of kind `usage` where there is no place for the secrets of
/// `tokens`, of which there are some.
[[nodiscard]] Result<std::unique_ptr<secrets::Sink>> open_secret_sink(
    const Options& options,
    const desired::Document& document,
    const std::string& cluster,
    const std::vector<TokenId>& tokens,
    Context& context
);

} // namespace pveform::cli
