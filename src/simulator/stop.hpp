// The end of the server, for threads that wait for something else.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace pveform::simulator {

class Stop {
public:
    void request() {
        const std::lock_guard lock(mutex_);
        is_requested_ = true;
        changed_.notify_all();
    }

    /// Waits; false if the end came first.
    bool sleep_until(std::chrono::steady_clock::time_point time) {
        std::unique_lock lock(mutex_);
        return !changed_.wait_until(lock, time, [this] { return is_requested_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool is_requested_ = false;
};

} // namespace pveform::simulator
