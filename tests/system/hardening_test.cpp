// Processes that hold secrets. Each test changes a child, not the process of the tests.

#include "system/hardening.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "catch.hpp"
#include "support/temporary_folder.hpp"

namespace {

template<class Body>
bool holds_in_child(Body body) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(body() ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace

TEST_CASE("closed standard streams are no places for connections", "[system]") {
    CHECK(holds_in_child([] {
        for (const int stream : {0, 1, 2}) {
            ::close(stream);
        }
        pveform::open_standard_streams();
        char byte = 'x';
        return ::socket(AF_UNIX, SOCK_STREAM, 0) > 2 && ::read(0, &byte, 1) == 0 &&
               ::write(1, &byte, 1) == -1 && ::write(2, &byte, 1) == 1;
    }));
}

TEST_CASE("standard streams that are open stay what they are", "[system]") {
    CHECK(holds_in_child([] {
        int ends[2] = {-1, -1};
        if (::pipe(ends) != 0 || ::dup2(ends[0], 0) != 0 || ::dup2(ends[1], 2) != 2) {
            return false;
        }
        ::close(1);
        pveform::open_standard_streams();
        char byte = 'x';
        return ::write(2, &byte, 1) == 1 && ::read(0, &byte, 1) == 1 && ::write(1, &byte, 1) == -1;
    }));
}

TEST_CASE("no core dump is written, nor can a limit be raised again", "[system]") {
    CHECK(holds_in_child([] {
        pveform::keep_memory_private();
        rlimit limit = {1, 1};
        ::getrlimit(RLIMIT_CORE, &limit);
        return limit.rlim_cur == 0 && limit.rlim_max == 0 &&
               ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
    }));
}

TEST_CASE("writing to a pipe that nobody reads is an error, not the end", "[system]") {
    CHECK(holds_in_child([] {
        pveform::make_failed_writes_errors();
        int ends[2] = {-1, -1};
        return ::pipe(ends) == 0 && ::close(ends[0]) == 0 && ::write(ends[1], "x", 1) == -1 &&
               errno == EPIPE;
    }));
}

TEST_CASE("writing beyond a limit on the size of files is an error, not the end", "[system]") {
    const pveform::test::TemporaryFolder folder;
    CHECK(holds_in_child([&] {
        pveform::make_failed_writes_errors();
        const rlimit none = {0, 0};
        const int file = ::open((folder.path() / "f").c_str(), O_CREAT | O_WRONLY, 0600);
        return ::setrlimit(RLIMIT_FSIZE, &none) == 0 && ::write(file, "x", 1) == -1 &&
               errno == EFBIG;
    }));
}
