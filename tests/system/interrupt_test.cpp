// Signals as a wish to stop.

#include "system/interrupt.hpp"

#include <array>
#include <csignal>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include "catch.hpp"

using pveform::EndsWithUs;
using pveform::InterruptGuard;

namespace {

/// How a child ends that does `body`: `exit N` or `signal N`.
template<class Body>
std::string end_of_child(Body body) {
    const pid_t child = ::fork();
    if (child == 0) {
        for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
            std::signal(signal, SIG_DFL); // not what the test framework makes of it
        }
        body();
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? "exit " + std::to_string(WEXITSTATUS(status))
                             : "signal " + std::to_string(WTERMSIG(status));
}

} // namespace

TEST_CASE("a signal is a wish, not an end", "[system]") {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        const InterruptGuard guard;
        CHECK_FALSE(InterruptGuard::is_requested());
        std::raise(signal);
        CHECK(InterruptGuard::is_requested());
    }
}

TEST_CASE("the second signal ends the process", "[system]") {
    CHECK(end_of_child([] {
              const InterruptGuard guard;
              std::raise(SIGINT);
              std::raise(SIGINT);
          }) == "signal 2");
}

TEST_CASE("the second signal ends the group that ends with us, the first does not", "[system]") {
    for (const int signals : {1, 2}) {
        std::array<int, 2> ends = {};
        REQUIRE(::pipe(ends.data()) == 0);
        const std::string end = end_of_child([&] {
            const pid_t group = ::fork();
            if (group == 0) {
                ::setpgid(0, 0);
                ::close(ends[0]);
                static_cast<void>(::write(ends[1], "b", 1)); // begun
                ::sleep(2);
                static_cast<void>(::write(ends[1], "e", 1)); // ended
                ::_exit(0);
            }
            char begun = 0;
            static_cast<void>(::read(ends[0], &begun, 1));
            const InterruptGuard guard;
            const EndsWithUs with_us(group);
            for (int i = 0; i < signals; ++i) {
                std::raise(SIGINT);
            }
        });
        CHECK(end == (signals == 2 ? "signal 2" : "exit 0"));
        ::close(ends[1]);
        char word = 0;
        CHECK(::read(ends[0], &word, 1) == (signals == 2 ? 0 : 1));
        ::close(ends[0]);
    }
}

TEST_CASE("without a guard everything is as it was before", "[system]") {
    CHECK(end_of_child([] {
              { const InterruptGuard guard; }
              std::raise(SIGTERM);
          }) == "signal 15");
}

TEST_CASE("what was ignored before stays ignored", "[system]") {
    CHECK(end_of_child([] {
              std::signal(SIGHUP, SIG_IGN);
              const InterruptGuard guard;
              std::raise(SIGHUP);
              std::raise(SIGHUP);
              ::_exit(InterruptGuard::is_requested() ? 1 : 7);
          }) == "exit 7");
}
