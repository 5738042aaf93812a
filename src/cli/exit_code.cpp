#include "cli/exit_code.hpp"

#include <algorithm>
#include <array>

namespace pveform::cli {

ExitCode exit_code_for(ErrorKind kind) {
    switch (kind) {
    case ErrorKind::usage:
    case ErrorKind::document:
        return ExitCode::invalid;
    case ErrorKind::authentication:
    case ErrorKind::incomplete_view:
        return ExitCode::no_access;
    case ErrorKind::blocked:
        return ExitCode::blocked;
    case ErrorKind::unreachable:
    case ErrorKind::connection:
    case ErrorKind::api:
    case ErrorKind::io:
    case ErrorKind::internal:
        return ExitCode::failed;
    }
    return ExitCode::failed;
}

ExitCode exit_code_for(const Errors& errors) {
    constexpr std::array precedence = {
        ExitCode::no_access, ExitCode::failed, ExitCode::invalid, ExitCode::blocked};
    for (const ExitCode code : precedence) {
        if (std::ranges::any_of(errors, [code](const Error& error) {
                return exit_code_for(error.kind) == code;
            })) {
            return code;
        }
    }
    return ExitCode::failed;
}

} // namespace pveform::cli
