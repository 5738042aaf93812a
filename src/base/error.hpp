// An error is data: what went wrong, where, and what to do about it. It is put into words for a
// person once, in src/render/diagnostics.
#pragma once

#include <expected>
#include <string>
#include <utility>
#include <vector>

#include "base/source.hpp"

namespace pveform {

/// What kind of failure it is; decides the exit code (src/cli/exit_code.hpp).
enum class ErrorKind {
    usage,           // the command line
    document,        // something that the user wrote and that we read
    authentication,  // PVE does not accept who we say we are
    incomplete_view, // PVE would not show us everything that a correct plan needs
    unreachable,     // no request reached the server: no connection, or TLS refused it
    connection,      // no usable answer arrived: the request may or may not have been executed
    api,             // PVE answered, with an error
    io,              // this machine: files, folders, locks
    blocked,         // a guard refused
    internal,        // our own bug, reported instead of hidden
};

/// Another place that an error speaks of, such as where the same thing was declared first.
struct Related {
    Span span;
    std::string label; // said beside the place: `first declared here`
};

/// Style: lower case, no full stop, identifiers in backticks, the fix in `help`.
struct Error {
    ErrorKind kind = ErrorKind::internal;
    std::string message;
    Span span = {};
    std::string help = {};
    std::vector<std::string> notes = {};
    std::vector<Related> related = {};
    int status = 0;       // of the server's answer, where there was one
    int system_error = 0; // errno of the operation on files that failed, where it was one
};

using Errors = std::vector<Error>;

/// Of what is said more than once of one place the first, the others in their order.
[[nodiscard]] Errors without_repetitions(Errors errors);

[[nodiscard]] inline Error usage_error(std::string message, std::string help) {
    return {.kind = ErrorKind::usage, .message = std::move(message), .help = std::move(help)};
}

[[nodiscard]] inline std::unexpected<Error> io_refusal(std::string message, std::string help) {
    return std::unexpected(Error{
        .kind = ErrorKind::io, .message = std::move(message), .help = std::move(help)});
}

template<class T>
using Result = std::expected<T, Error>;

/// For stages that report everything they found at once.
template<class T>
using Collected = std::expected<T, Errors>;

} // namespace pveform

#define PVEFORM_JOIN_(a, b) a##b
#define PVEFORM_JOIN(a, b) PVEFORM_JOIN_(a, b)
#define PVEFORM_TRY(name, expression)                                                              \
    __extension__({                                                                                \
        auto&& name = (expression);                                                                \
        if (!name) {                                                                               \
            return std::unexpected(std::move(name).error());                                       \
        }                                                                                          \
        *std::move(name);                                                                          \
    })

/// The value of a `Result`, or an early return of its error. A statement expression, because
/// `std::expected` of GCC 12 has no `and_then`.
/// Never among several elements of a braced initialiser: GCC 12 does not destroy, on the early
/// return, those that are built already. Declare the object and assign its fields.
#define TRY(expression) PVEFORM_TRY(PVEFORM_JOIN(try_result_, __COUNTER__), expression)
