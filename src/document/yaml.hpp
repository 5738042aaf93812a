// YAML text → tree. The only user of yaml-cpp, whose own tree loses errors silently (duplicate
// keys, later documents, open quotes): this one is built from its events.
#pragma once

#include <memory>

#include "base/error.hpp"
#include "document/tree.hpp"

namespace pveform::document {

/// Tags, merge keys, keys that are no scalars or that are written twice are refused in the tree's
/// `errors`. What ends the reading is the error: bad syntax or UTF-8, control characters, a second
/// document, nesting deeper than 32, aliases that expand to more than 10,000 values.
[[nodiscard]] Collected<Tree> parse_yaml(std::shared_ptr<const SourceFile> source);

} // namespace pveform::document
