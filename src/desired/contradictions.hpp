// Where a document says two things that cannot both be: what it declares is outside its scope,
// ignored, absent, or a directory's to say. Each error names both places.
#pragma once

#include "desired/desired.hpp"
#include "document/reader.hpp"

namespace pveform::desired {

void check_contradictions(const Document& document, document::Problems& problems);

} // namespace pveform::desired
