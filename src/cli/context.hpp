// The world that a command runs in, and how it speaks to it.
#pragma once

#include <exception>
#include <functional>
#include <istream>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "cli/exit_code.hpp"
#include "live/observer.hpp"
#include "render/style.hpp"
#include "system/clock.hpp"
#include "system/file_system.hpp"
#include "system/process.hpp"
#include "system/terminal.hpp"

namespace pveform::cli {

struct Context {
    FileSystem& files;
    Processes& processes;
    Clock& clock;
    Terminal& terminal;
    std::function<std::optional<std::string>(const std::string&)> environment;
    std::istream& in;
    std::ostream& out;    // results
    std::ostream& err;    // diagnostics and progress
    std::ostream& runner; // the same, for commands to the runner of a CI job
    render::Style out_style;
    render::Style err_style;
    std::unique_ptr<live::Observer> trace = nullptr; // of requests, for -v
    bool may_write = false;                          // to the cluster, as apply does
    bool may_have_written = false;                   // to the cluster

    /// Prints the errors and gives the exit code that they come to.
    [[nodiscard]] ExitCode report(const Errors& errors);
    [[nodiscard]] ExitCode report(Error error);

    /// The same world with these files, and without a trace.
    [[nodiscard]] Context with_files(FileSystem& others) const;

    /// Whether a machine runs it and nobody is watching, as CI systems say with `CI=true`.
    [[nodiscard]] bool is_ci() const;

    /// What a command comes to whose output could not be written, and says so; but not where it
    /// only shows something, and its reader has seen enough.
    [[nodiscard]] ExitCode without_output();

    /// What a command comes to that an exception ended, and says so.
    [[nodiscard]] ExitCode broken_off(const std::exception& exception);
};

} // namespace pveform::cli
