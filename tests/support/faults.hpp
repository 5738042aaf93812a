// The n-th operation goes wrong, for every n: what the sweeps of the tests are made of.
#pragma once

#include <cstddef>
#include <optional>

namespace pveform::test {

/// Thrown by a fake to end the run as SIGKILL would: nothing may happen after it.
struct Killed {};

enum class FaultKind {
    error,       // the operation fails, and has no effect
    kill_before, // the process is gone before the operation
    kill_after,  // … or after it
};

/// Counts the operations of all fakes that share it and says which of them go wrong.
class Faults {
public:
    Faults() = default;

    Faults(std::size_t number, FaultKind kind) : number_(number), kind_(kind) {}

    /// Nothing, or what is to happen to the operation that begins now.
    std::optional<FaultKind> next() {
        if (killed_) {
            throw Killed(); // by code that runs on the way out; a dead process does nothing
        }
        ++count_;
        if (number_ != count_) {
            return std::nullopt;
        }
        killed_ = kind_ != FaultKind::error;
        if (kind_ == FaultKind::kill_before) {
            throw Killed();
        }
        return kind_;
    }

    [[nodiscard]] std::size_t count() const { return count_; }

private:
    std::size_t count_ = 0;
    std::size_t number_ = 0;
    FaultKind kind_ = FaultKind::error;
    bool killed_ = false;
};

/// Carries out one operation of a fake. `failure` makes its error.
template<class Operation, class Failure>
auto with_faults(Faults* faults, Operation operation, Failure failure) -> decltype(operation()) {
    const auto fault = faults != nullptr ? faults->next() : std::nullopt;
    if (fault == FaultKind::error) {
        return failure();
    }
    auto result = operation();
    if (fault == FaultKind::kill_after) {
        throw Killed();
    }
    return result;
}

} // namespace pveform::test
