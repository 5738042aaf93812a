// What a document says twice in different ways, or what PVE would not do as it is told.
#pragma once

#include "desired/desired.hpp"
#include "document/reader.hpp"

namespace pveform::desired {

void check(const Document& document, document::Problems& problems);

} // namespace pveform::desired
