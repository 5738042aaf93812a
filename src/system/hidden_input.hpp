// Reading a password: what is typed does not appear on the terminal.
#pragma once

#include <optional>

#include "base/secret.hpp"

namespace pveform {

/// A line of at most 4 KiB from a terminal, without its end, read with the echo off. Nothing at the
/// end of the input, or where a signal such as Ctrl-C ends the waiting. However it ends, the
/// terminal is then as it was before; a signal has its usual effect only after that.
[[nodiscard]] std::optional<Secret> read_hidden_line(int terminal);

} // namespace pveform
