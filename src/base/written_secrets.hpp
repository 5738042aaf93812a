// Secrets that somebody wrote into a document, where none belongs: what is said of the document
// must not carry them on, into logs and reports.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/source.hpp"

namespace pveform {

/// Whether a text under this key is a secret, be the key one of documents or not:
/// `initial_password`, `password`, `secret`, `token`.
[[nodiscard]] bool is_secret_key(std::string_view key);

/// Whether such a text may stand in the line. Found in the source as it is written, since it need
/// not be YAML. `initial_password: { env: CI_PASSWORD }` and other maps are none.
[[nodiscard]] bool may_hold_secret(const SourceFile& file, std::size_t line);

} // namespace pveform
