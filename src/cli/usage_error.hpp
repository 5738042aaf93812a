// A command line that was not understood, in words that say what to write instead.
#pragma once

#include "base/error.hpp"

namespace CLI {
class App;
class ParseError;
} // namespace CLI

namespace pveform::cli {

/// Mistyped commands, flags and values get the closest match, flags of another command its name;
/// the rest is said in CLI11's words.
[[nodiscard]] Error parse_error(const CLI::App& app, const CLI::ParseError& error);

} // namespace pveform::cli
