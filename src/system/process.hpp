// Other programs as a seam.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/secret.hpp"

namespace pveform {

class Processes {
public:
    virtual ~Processes() = default;

    /// Runs a program (found in PATH, no shell in between) with nothing on its standard input, and
    /// gives what it wrote to standard output, of at most 64 KiB. Its standard error is ours. An
    /// error of kind `io` if it cannot be started, fails, writes more, or takes longer than
    /// `time_limit`; then it is ended.
    [[nodiscard]] virtual Result<Secret>
    output_of(const std::vector<std::string>& command, std::chrono::seconds time_limit) = 0;
};

[[nodiscard]] Processes& posix_processes();

} // namespace pveform
