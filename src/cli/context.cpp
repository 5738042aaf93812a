#include "cli/context.hpp"

#include <fmt/format.h>

#include "render/diagnostics.hpp"

namespace pveform::cli {

ExitCode Context::report(const Errors& errors) {
    out.flush();
    err << render::diagnostics(errors, err_style) << std::flush;
    return exit_code_for(errors);
}

ExitCode Context::report(Error error) {
    return report(Errors{std::move(error)});
}

Context Context::with_files(FileSystem& others) const {
    return {
        .files = others,
        .processes = processes,
        .clock = clock,
        .terminal = terminal,
        .environment = environment,
        .in = in,
        .out = out,
        .err = err,
        .runner = runner,
        .out_style = out_style,
        .err_style = err_style,
    };
}

bool Context::is_ci() const {
    const auto value = environment("CI").value_or("");
    return !value.empty() && value != "false" && value != "0";
}

ExitCode Context::without_output() {
    if (!may_write && terminal.output_lost_its_reader()) {
        return ExitCode::failed;
    }
    static_cast<void>(report(Error{
        .kind = ErrorKind::io,
        .message = "the output could not be written",
        .help = may_have_written ? "the cluster was changed all the same; plan again to see how"
                                 : "nothing was changed",
    }));
    return may_have_written ? ExitCode::partly_applied : ExitCode::failed;
}

ExitCode Context::broken_off(const std::exception& exception) {
    try {
        static_cast<void>(report(Error{
            .kind = ErrorKind::internal,
            .message = fmt::format("internal error: {}", exception.what()),
            .help = may_have_written ? "the cluster may have been changed, and new secrets stored: "
                                       "plan again to see how it is"
                                     : "nothing was changed",
        }));
    } catch (const std::exception&) {
        err << "internal error\n"; // not even the memory for a report is left
    }
    return may_have_written ? ExitCode::partly_applied : ExitCode::failed;
}

} // namespace pveform::cli
