#include "cli/invalid.hpp"

#include <algorithm>
#include <iterator>

#include "render/report.hpp"

namespace pveform::cli {

Errors write_invalid(
    std::string_view command,
    const Errors& errors,
    const std::string& cluster,
    const Outputs& outputs,
    Context& context
) {
    Errors mistakes;
    std::ranges::copy_if(errors, std::back_inserter(mistakes), [](const Error& error) {
        return error.kind == ErrorKind::document;
    });
    if (mistakes.empty()) {
        return {};
    }
    return outputs.write_with_care(render::InvalidReport(command, cluster, mistakes), context);
}

ExitCode report_invalid(
    std::string_view command,
    Errors errors,
    const std::string& cluster,
    const Outputs& outputs,
    Context& context
) {
    std::ranges::move(
        write_invalid(command, errors, cluster, outputs, context), std::back_inserter(errors)
    );
    return context.report(errors);
}

} // namespace pveform::cli
