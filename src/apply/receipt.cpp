#include "apply/receipt.hpp"

#include <algorithm>

namespace pveform::apply {

std::string_view to_string(Outcome outcome) {
    switch (outcome) {
    case Outcome::done:
        return "done";
    case Outcome::failed:
        return "failed";
    case Outcome::unknown:
        return "unknown";
    case Outcome::not_attempted:
        return "not attempted";
    }
    return {};
}

std::size_t Receipt::count(Outcome outcome) const {
    return static_cast<std::size_t>(std::ranges::count(results, outcome, &StepResult::outcome));
}

bool Receipt::is_complete() const {
    return count(Outcome::done) == results.size();
}

bool Receipt::secrets_work() const {
    return std::ranges::all_of(checks, [](const SecretCheck& check) {
        return check.problem.empty();
    });
}

bool Receipt::own_secret_is_spooled() const {
    return std::ranges::any_of(spooled, &SpooledSecret::is_own);
}

bool Receipt::wrote() const {
    return std::ranges::any_of(results, &StepResult::wrote);
}

} // namespace pveform::apply
