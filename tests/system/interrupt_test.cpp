// Signals as a wish to stop.

#include "system/interrupt.hpp"

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

#include "catch.hpp"

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
