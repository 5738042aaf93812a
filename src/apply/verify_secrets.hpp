// The first request with each new secret: that it works, and that its token may do what the plan
// promised, as PVE itself sees it.
#pragma once

#include <string>
#include <vector>

#include "apply/execute.hpp"
#include "apply/perform.hpp"

namespace pveform::apply {

struct Promise {
    const State& promised; // the cluster as it should be now
    UnixSeconds now = 0;
    std::string reason_to_skip; // all of them; empty: none
};

/// One check for each secret. Tokens that cannot log in, or whose user cannot, are skipped.
[[nodiscard]] std::vector<SecretCheck>
verify_secrets(const Promise& promise, const std::vector<NewSecret>& secrets, const Tools& tools);

} // namespace pveform::apply
