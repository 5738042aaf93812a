// Ctrl-C (SIGINT) and SIGTERM, taken as a wish to stop at the next good moment.
#pragma once

namespace pveform {

/// While one exists, the signals do not end the process. A second one does.
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
};

} // namespace pveform
