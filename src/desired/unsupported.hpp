// What a document may say and this version cannot do yet. It is refused: to read a test of access
// and not make it would be worse than not to know it.
#pragma once

#include "base/error.hpp"
#include "desired/desired.hpp"

namespace pveform::desired {

[[nodiscard]] Errors unsupported(const Document& document);

} // namespace pveform::desired
