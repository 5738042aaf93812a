// The rules that a state can be held against: one table of what they are called, how severe a
// finding is unless the document says otherwise, and why they exist.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string_view>

#include "desired/policy.hpp"

namespace pveform::policy {

using desired::Severity;

/// `off`, `info`, `warning`, `error`.
[[nodiscard]] std::string_view to_string(Severity severity);

/// A length of time that a document can set, and what it is otherwise.
struct Option {
    std::string_view name;
    std::chrono::seconds value;
};

struct Rule {
    std::string_view id;
    Severity severity = Severity::warning;
    std::string_view summary;     // one line
    std::string_view explanation; // why it matters and what to do, in paragraphs
    std::optional<Option> option = {};
};

/// All of them, by id.
[[nodiscard]] std::span<const Rule> rules();

/// Null where there is none of that id.
[[nodiscard]] const Rule* find_rule(std::string_view id);

// What is in effect: what the document says, or the rule's own default.
[[nodiscard]] Severity severity_of(const Rule& rule, const desired::Policy& policy);
[[nodiscard]] std::optional<Option> option_of(const Rule& rule, const desired::Policy& policy);

} // namespace pveform::policy
