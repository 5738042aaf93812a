// What drifted, as people read it: in a terminal, in the log of a scheduled run.
#pragma once

#include <string>

#include "plan/drift.hpp"
#include "render/plan_text.hpp"
#include "render/style.hpp"

namespace pveform::render {

/// What stands around a report of drift.
struct DriftContext {
    PlanContext about;
    std::string against = {}; // the snapshot that it is compared with, for people; empty: documents
};

[[nodiscard]] std::string
drift_text(const plan::Drift& drift, const DriftContext& context, const Style& style);

/// `Drift: 1 missing, 2 changed`, or that there is none; without a newline.
[[nodiscard]] std::string drift_summary(const plan::Drift& drift, const DriftContext& context);

/// What differs about one item, on one line: `groups +guests, comment "B" instead of "A"`.
[[nodiscard]] std::string drift_in_words(const plan::DriftItem& item);

} // namespace pveform::render
