#include "system/interrupt.hpp"

#include <csignal>

namespace pveform {

namespace {

volatile std::sig_atomic_t requested = 0;

extern "C" void on_signal(int) {
    requested = 1;
}

/// SA_RESETHAND: the second signal finds the default action, which ends the process.
void install(int signal, void (*handler)(int)) {
    struct sigaction action = {};
    action.sa_handler = handler;
    action.sa_flags = handler == SIG_DFL ? 0 : static_cast<int>(SA_RESETHAND | SA_RESTART);
    ::sigaction(signal, &action, nullptr);
}

} // namespace

InterruptGuard::InterruptGuard() {
    requested = 0;
    install(SIGINT, on_signal);
    install(SIGTERM, on_signal);
}

InterruptGuard::~InterruptGuard() {
    install(SIGINT, SIG_DFL);
    install(SIGTERM, SIG_DFL);
}

bool InterruptGuard::is_requested() {
    return requested != 0;
}

} // namespace pveform
