#include "system/hardening.hpp"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace pveform {

void open_standard_streams() {
    for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream) {
        if (::fcntl(stream, F_GETFD) >= 0) { // NOLINT(*-vararg)
            continue;
        }
        const int mode = stream == STDERR_FILENO ? O_WRONLY : O_RDONLY;
        // It takes the lowest number that is free.
        if (::open("/dev/null", mode) != stream) { // NOLINT(*-vararg)
            std::_Exit(1);
        }
    }
}

void keep_memory_private() {
    // Lowering both always succeeds. The limit is inherited by programs; the other is not, and also
    // holds where core dumps are piped to a program that ignores the limit.
    const rlimit none = {0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); // NOLINT(*-vararg)
}

void make_failed_writes_errors() {
    struct sigaction ignore = {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &ignore, nullptr);
    ::sigaction(SIGXFSZ, &ignore, nullptr);
}

} // namespace pveform
