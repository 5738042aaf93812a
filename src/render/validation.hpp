// What `pveform validate` found, for programs.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "policy/assertions.hpp"
#include "policy/check.hpp"

namespace pveform::render {

struct Validation {
    Errors errors = {};
    policy::Findings findings = {};
    std::vector<policy::Verdict> verdicts = {}; // on assertions, with a state to test them on
    std::size_t untested_assertions = 0;        // without one
    std::size_t users = 0;                      // that are declared
    std::size_t groups = 0;
    std::size_t roles = 0;
};

/// `{"format_version": 1, "ok": …, "errors": [{"message", "help", "notes", "source", "related"}],
/// "findings", "ignored_findings", "policy_remarks", "assertions", "untested_assertions",
/// "declared": {"users", "groups", "roles"}}`, findings and assertions as in plans; `ok` is false
/// where there are errors.
[[nodiscard]] std::string validation_json(const Validation& validation);

} // namespace pveform::render
