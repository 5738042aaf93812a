// What an apply did: an outcome for every step, each with its reason. Honest above all: what may
// have happened is not said to have failed.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "model/ids.hpp"
#include "model/state.hpp"

namespace pveform::apply {

enum class Outcome {
    done,
    failed,  // PVE or the secret sink refused
    unknown, // the answer was lost, and the cluster could not be asked what became of it
    not_attempted,
};

[[nodiscard]] std::string_view to_string(Outcome outcome);

struct StepResult {
    Outcome outcome = Outcome::not_attempted;
    bool wrote = false;             // a request of it was executed, or may have been
    bool secret_not_stored = false; // the sink did not take the token's new secret
    std::optional<Error> error;     // of a step that failed or is unknown
    std::string reason;             // of a step that was not attempted
};

/// A secret that is kept elsewhere than where it was meant to be.
struct SpooledSecret {
    TokenId token;
    std::filesystem::path file;
    bool is_own = false; // of what pveform runs with
};

/// What became of the first request with a new secret.
struct SecretCheck {
    TokenId token;
    std::string problem = {}; // it does not work, or its rights are not those of the plan
    std::string skipped = {}; // why it was not tried
};

struct Receipt {
    std::vector<StepResult> results; // one for each step of the plan, in its order
    std::vector<TokenId> stored;     // declared tokens whose new secret is in the sink
    std::vector<SpooledSecret> spooled;
    std::optional<Expiry>
        own_secret_ends;             // of the new one that pveform ran with, where stored only
    std::vector<SecretCheck> checks; // of the secrets that were stored, where they are to be tried

    [[nodiscard]] std::size_t count(Outcome outcome) const;
    [[nodiscard]] bool is_complete() const;

    /// Whether every new secret that was tried works, with the rights that were planned.
    [[nodiscard]] bool secrets_work() const;

    /// Whether the secret that pveform ran with was replaced by one that is only in the spool.
    [[nodiscard]] bool own_secret_is_spooled() const;

    /// Whether the cluster was changed, or may have been.
    [[nodiscard]] bool wrote() const;
};

/// What a last look at the cluster showed.
struct Verification {
    bool looked = false;   // else it was not looked at, or could not be read
    std::string left = {}; // what a plan that is made then would still change; empty: nothing

    [[nodiscard]] bool is_good() const { return looked && left.empty(); }
};

} // namespace pveform::apply
