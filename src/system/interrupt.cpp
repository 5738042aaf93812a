#include "system/interrupt.hpp"

namespace pveform {

namespace {

volatile std::sig_atomic_t requested = 0;
volatile std::sig_atomic_t group_that_ends_with_us = 0;

void handle_once(int signal, void (*handler)(int)) {
    struct sigaction once = {};
    once.sa_handler = handler;
    once.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
    ::sigaction(signal, &once, nullptr);
}

extern "C" void on_second_signal(int signal) {
    if (group_that_ends_with_us > 0) {
        ::kill(-group_that_ends_with_us, SIGKILL);
    }
    ::raise(signal); // it finds the default action, which ends the process
}

extern "C" void on_signal(int signal) {
    requested = 1;
    handle_once(signal, on_second_signal);
}

} // namespace

InterruptGuard::InterruptGuard() : previous_() {
    requested = 0;
    for (std::size_t i = 0; i < signals.size(); ++i) {
        ::sigaction(signals[i], nullptr, &previous_[i]);
        if (previous_[i].sa_handler != SIG_IGN) {
            handle_once(signals[i], on_signal);
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

EndsWithUs::EndsWithUs(pid_t group) {
    group_that_ends_with_us = group;
}

EndsWithUs::~EndsWithUs() {
    group_that_ends_with_us = 0;
}

} // namespace pveform
