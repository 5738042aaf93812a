// Other programs: input, output, exit codes, time limits, and what they must not see.

#include "system/process.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <thread>
#include <unistd.h>

#include "catch.hpp"
#include "support/temporary_folder.hpp"
#include "system/file_system.hpp"

using namespace std::chrono_literals;
using pveform::ErrorKind;
using pveform::Finished;
using pveform::posix_processes;
using pveform::Result;

namespace {

Result<Finished> shell(
    const std::string& script, std::string_view input = {}, std::chrono::milliseconds limit = 10min
) {
    return posix_processes().run(
        {.command = {"sh", "-c", script}, .input = input, .time_limit = limit}
    );
}

std::string output_of(const std::string& script, std::string_view input = {}) {
    const auto finished = shell(script, input);
    if (!finished) {
        FAIL(finished.error().message);
    }
    return std::string(finished->output.reveal());
}

} // namespace

TEST_CASE("a program gets its input and gives its output", "[system]") {
    CHECK(output_of("tr a-z A-Z", "hello") == "HELLO");
    CHECK(output_of("cat").empty());
    CHECK(output_of("cat /dev/stdin", "by its name") == "by its name");
}

TEST_CASE("input and output may be more than a pipe holds", "[system]") {
    const std::string large(1'000'000, 'x');
    CHECK(output_of("wc -c", large) == "1000000\n");
    CHECK(output_of("head -c 65536 /dev/zero").size() == 65536);
    CHECK_THAT(
        shell("head -c 65537 /dev/zero").error().message,
        ContainsSubstring("command `sh` wrote more than 64 KiB")
    );
    CHECK_FALSE(shell("cat /dev/zero"));
}

TEST_CASE("a program need not read its input", "[system]") {
    CHECK(shell("exit 0", std::string(1'000'000, 'x'))->exit_code == 0);
    CHECK(shell("exec 0<&-; echo done", std::string(1'000'000, 'x'))->output.reveal() == "done\n");
}

TEST_CASE("whether a program has read its input is told", "[system]") {
    const std::string large(1'000'000, 'x');
    for (const std::string& input : {std::string("x"), large}) {
        CHECK(shell("cat >/dev/null", input)->has_read_input);
        CHECK_FALSE(shell("exit 0", input)->has_read_input);
        CHECK_FALSE(shell("exec 0<&-; sleep 0.2", input)->has_read_input);
    }
    CHECK_FALSE(shell("head -c 999999 >/dev/null", large + large)->has_read_input);
    CHECK_FALSE(shell("dd bs=1 count=2 of=/dev/null 2>/dev/null", "abc")->has_read_input);
    CHECK(shell("dd bs=1 count=3 of=/dev/null 2>/dev/null", "abc")->has_read_input);
    CHECK(shell("exit 0")->has_read_input); // there was none
}

TEST_CASE("exit codes are told", "[system]") {
    CHECK(shell("exit 3")->exit_code == 3);
    CHECK(
        posix_processes().output_of({"false"}, 10min).error().message ==
        "command `false` failed with exit code 1"
    );
    CHECK(posix_processes().output_of({"echo", "a b"}, 10min)->reveal() == "a b\n");
    CHECK(shell("kill -9 $$").error().message == "command `sh` was ended by signal 9");
}

TEST_CASE("a program that is missing cannot be started", "[system]") {
    const auto finished =
        posix_processes().run({.command = {"pveform-no-such-program"}, .input = {}});
    CHECK(finished.error().kind == ErrorKind::io);
    CHECK(
        finished.error().message ==
        "command `pveform-no-such-program` cannot be started: No such file or directory"
    );
    CHECK_FALSE(posix_processes().can_find("pveform-no-such-program"));
    CHECK_FALSE(posix_processes().can_find("/etc/passwd"));
    CHECK_FALSE(posix_processes().can_find("/"));
    CHECK(posix_processes().can_find("sh"));
    CHECK(posix_processes().can_find("/bin/sh"));
}

TEST_CASE("a program that hangs is ended, whatever it does with its output", "[system]") {
    for (const char* script :
         {"exec sleep 1000",
          "exec sleep 1000 >/dev/null",
          "exec >&-; exec sleep 1000",
          "trap '' TERM; while :; do :; done"}) {
        INFO(script);
        CHECK(shell(script, {}, 200ms).error().message == "command `sh` takes too long");
    }
}

TEST_CASE("children that a program leaves behind are not waited for", "[system]") {
    // The child holds the pipe of the output open; the program itself has ended well.
    const auto finished = shell("sleep 60 2>/dev/null & echo started", {}, 50s);
    REQUIRE(finished);
    CHECK(finished->output.reveal() == "started\n");
}

TEST_CASE("what pveform authenticates with is not for others to see", "[system]") {
    ::setenv("PVEFORM_API_TOKEN", "s3cret", 1);
    ::setenv("PROXMOX_VE_API_TOKEN", "s3cret", 1);
    ::setenv("SOMETHING_ELSE", "seen", 1);
    const std::string environment = output_of("env");
    CHECK(environment.find("s3cret") == std::string::npos);
    CHECK(environment.find("SOMETHING_ELSE=seen") != std::string::npos);
    ::unsetenv("PVEFORM_API_TOKEN");
    ::unsetenv("PROXMOX_VE_API_TOKEN");
    ::unsetenv("SOMETHING_ELSE");
}

TEST_CASE("a variable that is withheld is inherited no more", "[system]") {
    ::setenv("DOOR_PASSWORD", "s3cret", 1);
    CHECK(output_of("env").find("s3cret") != std::string::npos);
    posix_processes().withhold("DOOR_PASSWORD");
    CHECK(output_of("env").find("s3cret") == std::string::npos);
    ::unsetenv("DOOR_PASSWORD");
}

TEST_CASE("variables that mean something to a program can be kept from it", "[system]") {
    ::setenv("GIT_INDEX_FILE", "/nowhere", 1);
    ::setenv("DIGIT_INDEX", "seen", 1);
    const auto finished =
        posix_processes().run({.command = {"env"}, .input = {}, .without = "GIT_"});
    REQUIRE(finished);
    const std::string environment(finished->output.reveal());
    CHECK(environment.find("/nowhere") == std::string::npos);
    CHECK(environment.find("DIGIT_INDEX=seen") != std::string::npos);
    CHECK(output_of("env").find("GIT_INDEX_FILE=/nowhere") != std::string::npos);
    ::unsetenv("GIT_INDEX_FILE");
    ::unsetenv("DIGIT_INDEX");
}

TEST_CASE("a program finds broken pipes as it expects them", "[system]") {
    const auto previous = std::signal(SIGPIPE, SIG_IGN);
    const std::string line = output_of("grep SigIgn /proc/self/status");
    const auto ignored = std::stoull(line.substr(line.find('\t')), nullptr, 16);
    CHECK((ignored & (1ULL << (SIGPIPE - 1))) == 0);
    std::signal(SIGPIPE, previous);
}

TEST_CASE("a program that must not be interrupted is not", "[system]") {
    const auto finished = posix_processes().run(
        {.command = {"sh", "-c", "kill -INT $$; kill -TERM $$; echo still here"},
         .input = {},
         .time_limit = 10min,
         .survives_interrupts = true}
    );
    REQUIRE(finished);
    CHECK(finished->output.reveal() == "still here\n");
    CHECK_FALSE(shell("kill -INT $$; echo still here"));
}

TEST_CASE("of our open files a program has the lock that it is to keep, and no other", "[system]") {
    const pveform::test::TemporaryFolder folder;
    const auto path = std::filesystem::canonical(folder.path()) / "lock";
    const auto lock = pveform::posix_file_system().try_lock(path);
    REQUIRE(lock);
    const std::array others = {::dup(STDIN_FILENO), ::fcntl(STDIN_FILENO, F_DUPFD, 100)};
    const auto seen_by_program = [](const char* script, int inherited) {
        auto finished = posix_processes().run(
            {.command = {"sh", "-c", script},
             .input = {},
             .time_limit = 10min,
             .inherited = inherited}
        );
        REQUIRE(finished);
        return std::string(finished->output.reveal());
    };
    const char* numbers = "ls /proc/$$/fd; :";
    CHECK(seen_by_program(numbers, -1) == "0\n1\n2\n");
    CHECK(seen_by_program(numbers, (*lock)->descriptor()) == "0\n1\n19\n2\n");
    CHECK(
        seen_by_program("readlink /proc/$$/fd/19; :", (*lock)->descriptor()) == path.string() + "\n"
    );
    for (const int other : others) {
        ::close(other);
    }
}

namespace {

/// As /proc has it: `Z` where only its parent does not know yet that it has ended, nothing where it
/// is gone.
std::string state_of(const std::string& process) {
    std::ifstream stat("/proc/" + process + "/stat");
    std::string word;
    stat >> word >> word;
    word.clear();
    stat >> word;
    return word;
}

} // namespace

TEST_CASE("what is ended for want of time is ended with all that it started", "[system]") {
    const pveform::test::TemporaryFolder folder;
    const std::string file = (folder.path() / "process").string();
    CHECK_FALSE(posix_processes().run(
        {.command = {"sh", "-c", "sleep 600 & echo $! >\"$0\"; wait", file},
         .input = {},
         .time_limit = 3s,
         .survives_interrupts = true}
    ));
    std::string child;
    std::ifstream(file) >> child;
    REQUIRE_FALSE(child.empty());
    std::string state = state_of(child);
    for (int i = 0; i < 500 && !state.empty() && state != "Z"; ++i) {
        std::this_thread::sleep_for(20ms);
        state = state_of(child);
    }
    CHECK((state.empty() || state == "Z"));
}
