// Rules, what they found, and how tests of access went; as text and as JSON.
#pragma once

#include <string>
#include <vector>

#include "policy/assertions.hpp"
#include "policy/check.hpp"
#include "render/style.hpp"
#include "json/value.hpp"

namespace pveform::render {

/// `warning[hidden-entry] users.yaml:31: …`, a line each, with the help once for all that share it.
/// Of what the document does not declare a few of each rule, unless `all`.
[[nodiscard]] std::string
findings_text(const policy::Findings& findings, bool all, const Style& style);

/// Those that fail, or that cannot be known, with the cases.
[[nodiscard]] std::string
verdicts_text(const std::vector<policy::Verdict>& verdicts, const Style& style);

// Complete, for programs.
[[nodiscard]] json::Value findings_value(const policy::Findings& findings);
[[nodiscard]] json::Value ignored_value(const policy::Findings& findings);
[[nodiscard]] json::Value remarks_value(const policy::Findings& findings);
[[nodiscard]] json::Value verdicts_value(const std::vector<policy::Verdict>& verdicts);

/// A place in a document, or null.
[[nodiscard]] json::Value source_value(const Span& span);

/// All rules, with what is in effect.
[[nodiscard]] std::string rules_text(const desired::Policy& policy, const Style& style);
[[nodiscard]] std::string rules_json(const desired::Policy& policy);

/// One rule, in full.
[[nodiscard]] std::string
rule_text(const policy::Rule& rule, const desired::Policy& policy, const Style& style);
[[nodiscard]] std::string rule_json(const policy::Rule& rule, const desired::Policy& policy);

} // namespace pveform::render
