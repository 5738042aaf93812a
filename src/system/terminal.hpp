// The person at the other end, if there is one.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.hpp"

namespace pveform {

class Terminal {
public:
    virtual ~Terminal() = default;

    /// Whether somebody can answer a question: standard input and standard error are a terminal.
    [[nodiscard]] virtual bool is_interactive() const = 0;

    /// Columns of the terminal that standard output (standard error) goes to; nothing if it goes
    /// elsewhere.
    [[nodiscard]] virtual std::optional<std::size_t> output_width() const = 0;
    [[nodiscard]] virtual std::optional<std::size_t> error_width() const = 0;

    /// Rows of the terminal that standard output goes to; nothing if it goes elsewhere or if the
    /// terminal does not say.
    [[nodiscard]] virtual std::optional<std::size_t> output_height() const = 0;

    /// Whether standard error is kept in a file as it is.
    [[nodiscard]] virtual bool errors_go_to_a_file() const = 0;

    /// Whether what goes to standard error reaches whoever started the processes with this variable
    /// (`NAME=value`), and nobody else (system/ancestors.hpp).
    [[nodiscard]] virtual bool errors_reach_starter_of(std::string_view variable) const = 0;

    /// Whether standard output is a pipe that nobody reads any more, as behind `| head`.
    [[nodiscard]] virtual bool output_lost_its_reader() const = 0;

    /// Asks on standard error and reads a line from standard input; nothing at its end.
    [[nodiscard]] virtual std::optional<std::string> ask(std::string_view question) = 0;

    /// The same, but what is typed is not shown.
    [[nodiscard]] virtual std::optional<Secret> ask_secret(std::string_view question) = 0;
};

[[nodiscard]] Terminal& standard_terminal();

/// Whether standard output is kept in a file as it is.
[[nodiscard]] bool output_goes_to_a_file();

} // namespace pveform
