// A draft becomes a document: what is said by reference is said in full.
#pragma once

#include "desired/desired.hpp"
#include "desired/draft.hpp"
#include "document/reader.hpp"

namespace pveform::desired {

[[nodiscard]] Document resolve(Draft draft, document::Problems& problems);

} // namespace pveform::desired
