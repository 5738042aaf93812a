#include "system/interrupt.hpp"

namespace pveform {

namespace {

volatile std::sig_atomic_t requested = 0;

extern "C" void on_signal(int) {
    requested = 1;
}

} // namespace

InterruptGuard::InterruptGuard() : previous_() {
    requested = 0;
    struct sigaction once = {};
    once.sa_handler = on_signal;
    // SA_RESETHAND: the second signal finds the default action, which ends the process.
    once.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
    for (std::size_t i = 0; i < signals.size(); ++i) {
        ::sigaction(signals[i], nullptr, &previous_[i]);
        if (previous_[i].sa_handler != SIG_IGN) {
            ::sigaction(signals[i], &once, nullptr);
        }
    }
}

InterruptGuard::~InterruptGuard() {
    for (std::size_t i = 0; i < signals.size(); ++i) {
        ::sigaction(signals[i], &previous_[i], nullptr);
    }
}

bool InterruptGuard::is_requested() {
    return requested != 0;
}

} // namespace pveform
