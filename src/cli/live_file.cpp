#include "cli/live_file.hpp"

#include <fmt/format.h>

#include "formats/cluster_state.hpp"

namespace pveform::cli {

namespace {

constexpr std::size_t max_file_bytes = 16 * 1024 * 1024; // PVE's own limit is 1 MiB

} // namespace

Result<State> load_live_file(const Options& options, Context& context) {
    const auto release = Release::parse(options.release);
    if (!release) {
        return std::unexpected(Error{
            .kind = ErrorKind::usage,
            .message = fmt::format("`{}` is no release of PVE", options.release),
            .help = "write it as `pveversion` shows it, such as `--release 9.2`",
        });
    }
    const std::string users = TRY(context.files.read_file(*options.live, max_file_bytes));
    std::string domains;
    if (options.domains) {
        domains = TRY(context.files.read_file(*options.domains, max_file_bytes));
    }
    return formats::read_state(users, domains, *release);
}

} // namespace pveform::cli
