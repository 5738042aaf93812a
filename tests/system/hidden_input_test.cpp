// Typing a password at a real (pseudo) terminal.

#include "system/hidden_input.hpp"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <termios.h>
#include <thread>
#include <unistd.h>

#include "catch.hpp"

using pveform::read_hidden_line;

namespace {

class PseudoTerminal {
public:
    PseudoTerminal() : keyboard(::posix_openpt(O_RDWR | O_NOCTTY)) {
        const bool good = keyboard >= 0 && ::grantpt(keyboard) == 0 && ::unlockpt(keyboard) == 0;
        program = good ? ::open(::ptsname(keyboard), O_RDWR | O_NOCTTY) : -1;
    }

    PseudoTerminal(const PseudoTerminal&) = delete;
    PseudoTerminal& operator=(const PseudoTerminal&) = delete;

    ~PseudoTerminal() {
        ::close(program);
        ::close(keyboard);
    }

    [[nodiscard]] bool echoes() const {
        termios settings = {};
        REQUIRE(::tcgetattr(program, &settings) == 0);
        return (settings.c_lflag & static_cast<tcflag_t>(ECHO)) != 0;
    }

    /// Once the program has turned the echo off: what is typed before is thrown away.
    void type(const std::string& keys) const {
        while (echoes()) {
            std::this_thread::yield();
        }
        REQUIRE(::write(keyboard, keys.data(), keys.size()) == static_cast<ssize_t>(keys.size()));
    }

    /// What the person sees.
    [[nodiscard]] std::string screen() const {
        REQUIRE(::fcntl(keyboard, F_SETFL, O_NONBLOCK) == 0);
        std::string text(1024, '\0');
        const ssize_t count = ::read(keyboard, text.data(), text.size());
        text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
        return text;
    }

    int keyboard = -1;
    int program = -1;
};

void do_nothing(int) {}

} // namespace

TEST_CASE("a password is read, not shown, and the terminal is as before", "[system]") {
    const PseudoTerminal terminal;
    REQUIRE(terminal.program >= 0);
    std::optional<pveform::Secret> line;
    std::thread reader([&] { line = read_hidden_line(terminal.program); });
    terminal.type("made-up pässword\n");
    reader.join();
    REQUIRE(line);
    CHECK(line->reveal() == "made-up pässword");
    CHECK(terminal.echoes());
    CHECK(terminal.screen() == "\r\n");
}

TEST_CASE("the end of the input is no password", "[system]") {
    const PseudoTerminal terminal;
    std::optional<pveform::Secret> line = pveform::Secret("x");
    std::thread reader([&] { line = read_hidden_line(terminal.program); });
    terminal.type("\x04"); // Ctrl-D
    reader.join();
    CHECK_FALSE(line);
    CHECK(terminal.echoes());
}

TEST_CASE("a signal ends the waiting, with the terminal as before", "[system]") {
    struct sigaction before = {};
    struct sigaction ours = {};
    ours.sa_handler = &do_nothing;
    REQUIRE(::sigaction(SIGTERM, &ours, &before) == 0);

    const PseudoTerminal terminal;
    std::optional<pveform::Secret> line = pveform::Secret("x");
    std::thread reader([&] { line = read_hidden_line(terminal.program); });
    terminal.type("half a pass");
    REQUIRE(::pthread_kill(reader.native_handle(), SIGTERM) == 0);
    reader.join();
    CHECK_FALSE(line);
    CHECK(terminal.echoes());

    struct sigaction after = {};
    REQUIRE(::sigaction(SIGTERM, &before, &after) == 0);
    CHECK(after.sa_handler == &do_nothing);
}
