// What drifted, for programs: schemas/drift.schema.json.
#pragma once

#include <string>

#include "plan/drift.hpp"
#include "render/drift_text.hpp"

namespace pveform::render {

/// One JSON object and a newline. Holds no secrets.
[[nodiscard]] std::string drift_json(const plan::Drift& drift, const DriftContext& context);

} // namespace pveform::render
