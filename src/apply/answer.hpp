// What the answer to a request comes to.
#pragma once

#include <chrono>
#include <utility>

#include "apply/execute.hpp"
#include "apply/receipt.hpp"
#include "live/response.hpp"

namespace pveform::apply {

/// PVE itself waits 10 s for its lock before it gives up; nothing was changed then.
constexpr int lock_attempts = 4;
constexpr std::chrono::milliseconds first_lock_pause{500};

/// How often a request is sent whose answers are lost and which, each time, turns out not to have
/// been executed.
constexpr int lost_answer_attempts = 3;

/// Sends a request that changes nothing where it fails on PVE's lock, until it gets through.
template<class Request>
auto with_lock_retries(Tools& tools, Request request) {
    auto result = request();
    auto pause = first_lock_pause;
    for (int attempt = 1; attempt < lock_attempts; ++attempt) {
        if (result || !live::is_lock_timeout(result.error()) || tools.interrupted()) {
            break;
        }
        tools.clock.sleep_for(pause);
        pause *= 2;
        result = request();
    }
    return result;
}

[[nodiscard]] inline bool answer_was_lost(const Error& error) {
    return error.kind == ErrorKind::connection;
}

/// PVE checks first and then writes, more than one file for users and for tokens: an error that is
/// no refusal may come from between two of them.
[[nodiscard]] inline bool may_be_half_done(const Error& error) {
    return error.kind == ErrorKind::api && error.status >= 500 && !live::is_lock_timeout(error);
}

[[nodiscard]] inline StepResult done() {
    StepResult result;
    result.outcome = Outcome::done;
    result.wrote = true;
    return result;
}

/// The cluster said no, or was not there: nothing was changed.
[[nodiscard]] inline StepResult refused(Error error) {
    StepResult result;
    result.outcome = Outcome::failed;
    result.error = std::move(error);
    return result;
}

} // namespace pveform::apply
