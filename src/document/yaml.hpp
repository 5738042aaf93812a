// YAML text → tree. The only user of yaml-cpp, whose own tree loses errors silently (duplicate
// keys, later documents, open quotes): this one is built from its events.
#pragma once

#include <memory>

#include "base/error.hpp"
#include "document/tree.hpp"

namespace pveform::document {

/// Refuses what a document has no use for or what would be read differently elsewhere: bad UTF-8,
/// control characters, tags, merge keys, keys that are no scalars or that are written twice, a
/// second document, nesting deeper than 32, aliases that expand to more than 10,000 values. A
/// syntax error ends the reading; all else is reported together.
[[nodiscard]] Collected<Tree> parse_yaml(std::shared_ptr<const SourceFile> source);

} // namespace pveform::document
