// Plans from the JSON that `plan --format json` prints, as far as people read and programs compare
// them. Not for use outside of this folder.
#pragma once

#include "plan/plan.hpp"
#include "render/plan_text.hpp"
#include "json/reading.hpp"

namespace pveform::saved {

/// Whatever stands there, what is read can be rendered, and cannot steer a terminal. `now` is not
/// in it.
[[nodiscard]] json::reading::Read<plan::Plan> read_plan(const json::reading::Place& place);

/// What stands around it.
[[nodiscard]] json::reading::Read<render::PlanContext>
read_context(const json::reading::Place& place);

/// Into `plan.effective_access` and `plan.additions`.
[[nodiscard]] json::reading::Read<void>
read_access(const json::reading::Place& place, plan::Plan& plan);

/// Into `plan.findings` and `plan.verdicts`; `place` is the whole plan.
[[nodiscard]] json::reading::Read<void>
read_policy(const json::reading::Place& place, plan::Plan& plan);

/// Places in documents whose text is not at hand.
[[nodiscard]] json::reading::Read<Span> read_source(const json::reading::Place& place);

[[nodiscard]] json::reading::Read<std::vector<plan::Selector>>
read_selectors(const json::reading::Place& place);

/// Empty where there is null.
[[nodiscard]] json::reading::Read<std::string> text_or_nothing(const json::reading::Place& place);

/// An ACL path; it begins with a slash.
[[nodiscard]] json::reading::Read<std::string> read_path(const json::reading::Place& place);

/// A user or a token.
[[nodiscard]] json::reading::Read<Principal> read_principal(const json::reading::Place& place);

} // namespace pveform::saved
