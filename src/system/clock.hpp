// Time as a seam: what the tool reads and how it waits.
#pragma once

#include <chrono>

#include "base/time.hpp"

namespace pveform {

class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual UnixSeconds now() const = 0;
    virtual void sleep_for(std::chrono::milliseconds duration) = 0;
};

[[nodiscard]] Clock& system_clock();

} // namespace pveform
