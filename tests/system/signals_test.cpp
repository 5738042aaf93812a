#include "system/signals.hpp"

#include <csignal>
#include <type_traits>

#include "catch.hpp"

using pveform::SignalIgnored;

static_assert(!std::is_copy_constructible_v<SignalIgnored>);
static_assert(!std::is_move_constructible_v<SignalIgnored>);
static_assert(!std::is_copy_assignable_v<SignalIgnored>);
static_assert(!std::is_move_assignable_v<SignalIgnored>);

namespace {

volatile std::sig_atomic_t seen = 0;

extern "C" void see(int /*signal*/) {
    seen = 1;
}

} // namespace

TEST_CASE("a signal is ignored for a while, and then does what it did before", "[system]") {
    const auto previous = std::signal(SIGPIPE, see);
    {
        const SignalIgnored ignored(SIGPIPE);
        std::raise(SIGPIPE);
        CHECK(seen == 0);
    }
    std::raise(SIGPIPE);
    CHECK(seen == 1);
    std::signal(SIGPIPE, previous);
}
