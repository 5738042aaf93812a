// Signals that are ignored for a while.
#pragma once

#include <csignal>

namespace pveform {

/// Ignores a signal of this process while it lives; then the signal does again what it did before.
/// SIGPIPE is ignored all the time once `make_failed_writes_errors` was called, as programs do
/// first: who writes to what may be closed does not rely on it, as tests and others begin
/// elsewhere.
class SignalIgnored {
public:
    explicit SignalIgnored(int signal) : signal_(signal), previous_() {
        struct sigaction ignore = {};
        ignore.sa_handler = SIG_IGN;
        ::sigaction(signal_, &ignore, &previous_);
    }

    ~SignalIgnored() { ::sigaction(signal_, &previous_, nullptr); }

    SignalIgnored(const SignalIgnored&) = delete;
    SignalIgnored& operator=(const SignalIgnored&) = delete;
    SignalIgnored(SignalIgnored&&) = delete;
    SignalIgnored& operator=(SignalIgnored&&) = delete;

private:
    int signal_;
    struct sigaction previous_;
};

} // namespace pveform
