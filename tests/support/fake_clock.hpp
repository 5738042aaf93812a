// A clock that only the test moves, and that sleeps in no time.
#pragma once

#include "system/clock.hpp"

namespace pveform::test {

class FakeClock final : public Clock {
public:
    explicit FakeClock(UnixSeconds start = 1'800'000'000) : now_(start) {}

    [[nodiscard]] UnixSeconds now() const override { return now_; }

    void sleep_for(std::chrono::milliseconds duration) override { slept_ += duration; }

    void advance(UnixSeconds seconds) { now_ += seconds; }

    [[nodiscard]] std::chrono::milliseconds slept() const { return slept_; }

private:
    UnixSeconds now_;
    std::chrono::milliseconds slept_{0};
};

} // namespace pveform::test
