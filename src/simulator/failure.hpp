// How a call of PVE's API fails: a Perl exception with a status, or a plain `die`.
// Mirrors pve-common: src/PVE/Exception.pm.
#pragma once

#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.hpp"

namespace pveform::simulator {

struct Failure {
    int status = 500;
    std::string message;                       // with the newline that PVE puts at its end
    std::map<std::string, std::string> errors; // by parameter
};

template<class T>
using Outcome = std::expected<T, Failure>;

/// A plain `die`: 500.
[[nodiscard]] inline std::unexpected<Failure> died(std::string_view text) {
    return std::unexpected(Failure{500, std::string(text) + "\n", {}});
}

/// 403; `what` is what was missing, where PVE says so.
[[nodiscard]] inline std::unexpected<Failure> denied(std::string_view what = {}) {
    std::string message = "Permission check failed";
    if (!what.empty()) {
        message += " (" + std::string(what) + ")";
    }
    return std::unexpected(Failure{403, message + "\n", {}});
}

/// 400, with what is wrong with which parameter.
[[nodiscard]] inline std::unexpected<Failure>
bad_parameters(std::map<std::string, std::string> errors) {
    return std::unexpected(Failure{400, "Parameter verification failed.\n", std::move(errors)});
}

/// What becomes of a failure inside a locked section: a plain `die` with everything in its text.
[[nodiscard]] inline Failure in_lock(std::string_view prefix, const Failure& failure) {
    std::string message = std::string(prefix) + ": ";
    if (failure.status != 500) {
        message += std::to_string(failure.status) + " ";
    }
    message += failure.message;
    for (const auto& [name, text] : failure.errors) {
        message += name + ": " + text + "\n";
    }
    return {500, message, {}};
}

} // namespace pveform::simulator
