// Ctrl-C (SIGINT), SIGTERM and a lost terminal (SIGHUP), taken as a wish to stop at the next good
// moment.
#pragma once

#include <array>
#include <csignal>
#include <sys/types.h>

namespace pveform {

/// While one exists, the signals do not end the process; a second one of the same kind does. What
/// our parent told us to ignore (`nohup`, jobs in the background) stays ignored.
class InterruptGuard {
public:
    InterruptGuard();
    ~InterruptGuard();
    InterruptGuard(const InterruptGuard&) = delete;
    InterruptGuard& operator=(const InterruptGuard&) = delete;
    InterruptGuard(InterruptGuard&&) = delete;
    InterruptGuard& operator=(InterruptGuard&&) = delete;

    /// Whether a signal came since the guard was made.
    [[nodiscard]] static bool is_requested();

private:
    static constexpr std::array signals = {SIGINT, SIGTERM, SIGHUP};
    std::array<struct sigaction, signals.size()> previous_;
};

/// While one exists, the signal that ends us ends this group of processes before: one that is not
/// reached by Ctrl-C itself. One at a time.
class EndsWithUs {
public:
    explicit EndsWithUs(pid_t group);
    ~EndsWithUs();
    EndsWithUs(const EndsWithUs&) = delete;
    EndsWithUs& operator=(const EndsWithUs&) = delete;
    EndsWithUs(EndsWithUs&&) = delete;
    EndsWithUs& operator=(EndsWithUs&&) = delete;
};

} // namespace pveform
