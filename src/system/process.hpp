// Other programs as a seam.
#pragma once

#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/secret.hpp"

namespace pveform {

struct Invocation {
    std::vector<std::string> command; // found in PATH, no shell in between
    std::string_view input;           // what it finds on its standard input
    std::chrono::milliseconds time_limit{30'000};
    bool survives_interrupts = false; // Ctrl-C and SIGTERM do not reach it or its children; where a
                                      // second one ends us, it ends them before
    bool discards_output = false;     // nobody wants to know what it prints, however much
    std::vector<std::string> variables = {}; // `NAME=value`, besides those of ours that it inherits
    std::string_view without = {}; // the variables of ours that begin so; empty: it inherits all
    bool has_terminal = false;     // its standard output is ours; Ctrl-C is for it, and not for us
    int inherited = -1;            // a descriptor of ours that it has as long as it runs: a lock
};

struct Finished {
    int exit_code = 0;
    Secret output;               // all of its standard output
    bool has_read_input = false; // all of it: it may know what it was told
};

class Processes {
public:
    virtual ~Processes() = default;

    /// Returns when the program has ended. Its standard error is ours. Of other files and
    /// connections that we have open it has `inherited` alone. It does not inherit what pveform
    /// itself authenticates with (`PVEFORM_…` and `PROXMOX_VE_…` in the environment), nor what is
    /// withheld.
    ///
    /// An error of kind `io` if it cannot be started, is ended by a signal, takes longer than the
    /// time limit or writes more than 64 KiB; in the last two cases it is ended, and where it
    /// survives interrupts also whatever it has started. That it reads only a part of its input is
    /// no error, and told.
    [[nodiscard]] virtual Result<Finished> run(const Invocation& invocation) = 0;

    /// Whether there is such a program to run: in PATH, or at the path that it is.
    [[nodiscard]] virtual bool can_find(const std::string& program) const = 0;

    /// What a command with no input writes to its standard output. An error of kind `io` also where
    /// it ends with another exit code than 0.
    [[nodiscard]] Result<Secret>
    output_of(const std::vector<std::string>& command, std::chrono::seconds time_limit);

    /// Keeps a variable of our environment, a password, from all that is run from now on.
    void withhold(std::string variable) { withheld_.insert(std::move(variable)); }

protected:
    [[nodiscard]] const std::set<std::string, std::less<>>& withheld() const { return withheld_; }

private:
    std::set<std::string, std::less<>> withheld_;
};

[[nodiscard]] Processes& posix_processes();

} // namespace pveform
