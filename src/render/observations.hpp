// What a run found out, question by question: what test reports, code scanners and the annotations
// of a pull request have in common.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apply/receipt.hpp"
#include "base/error.hpp"
#include "base/source.hpp"
#include "plan/drift.hpp"
#include "plan/plan.hpp"

namespace pveform::render {

/// How much it matters to whoever reads a document.
enum class Level { none, note, warning, error };

[[nodiscard]] Level level_of(policy::Severity severity);

/// What it comes to in the run's own terms: what is `failed` here is what the exit code is about.
enum class CaseOutcome { passed, failed, unknown, skipped };

struct Observation {
    std::string_view suite; // `changes`, `drift`, `guards`, `policy`, `assertions`, `steps`,
                            // `result`, `documents`
    std::string rule;       // `drift-changed`, `guard-destroy`, `token-without-expiry`
    std::string subject;    // what it is about: the same in every run
    Level level = Level::none;
    CaseOutcome outcome = CaseOutcome::passed;
    std::string message; // one line
    std::string help = {};
    Span span = {};
};

using Observations = std::vector<Observation>;

[[nodiscard]] Observations observations_of(const plan::Plan& plan);
[[nodiscard]] Observations observations_of(const plan::Drift& drift);

/// Of a plan that was carried out.
[[nodiscard]] Observations observations_of(
    const plan::Plan& plan, const apply::Receipt& receipt, const apply::Verification& verification
);

/// Of a plan that no longer is the one that was reviewed, with a line for each difference.
[[nodiscard]] Observations
observations_of(const plan::Plan& now, const std::vector<std::string>& differences);

/// Of documents of which no plan can be made.
[[nodiscard]] Observations observations_of(const Errors& errors);

/// The same for the same rule and subject in every run, different for all others of the list: 64
/// hexadecimal digits, one for each.
[[nodiscard]] std::vector<std::string> fingerprints_of(const Observations& observations);

/// Those that somebody should look at: of a level, the worst first.
[[nodiscard]] Observations worth_a_look(Observations observations);

} // namespace pveform::render
