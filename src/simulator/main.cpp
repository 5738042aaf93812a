// pveform-simulator: PVE's access API as a local HTTPS server. See README, "Try your policy without
// a cluster".

#include <cstdio>
#include <exception>
#include <random>

#include <fmt/format.h>

#include "model/release.hpp"
#include "simulator/api.hpp"
#include "simulator/options.hpp"
#include "simulator/server.hpp"
#include "system/clock.hpp"
#include "system/file_system.hpp"
#include "system/hardening.hpp"

namespace {

using namespace pveform;
using namespace pveform::simulator;

/// Shuffled lists keep clients honest, so that is what you get unless you ask for something else.
std::optional<std::uint64_t> shuffle_seed(const Options& options) {
    if (options.sorted) {
        return std::nullopt;
    }
    return options.shuffle_seed.value_or(std::random_device()());
}

void print_error(const Error& error) {
    fmt::print(stderr, "error: {}\n", error.message);
    if (!error.help.empty()) {
        fmt::print(stderr, "  = help: {}\n", error.help);
    }
}

Result<void> serve(const Options& options) {
    const ApiOptions api_options{
        .release = Release::parse(options.release).value_or(Release::newest_known()),
        .state_folder = options.state,
        .shuffle_seed = shuffle_seed(options),
    };
    const auto application = TRY(make_api(options.seed, api_options, system_clock()));
    ServerSettings settings{.port = options.port};
    if (options.no_auth_delay) {
        settings.refusal_delay = {};
    }
    const std::unique_ptr<Server> server = TRY(Server::listen(settings, *application));
    server->stop_on_signals();
    for (const std::string& text : options.faults) {
        server->add_faults(TRY(parse_faults(text)));
    }
    if (options.ca_out) {
        TRY(replace_file_durably(posix_file_system(), *options.ca_out, server->ca_certificate()));
    }
    fmt::print("ready https://127.0.0.1:{}\n", server->port());
    std::fflush(stdout);
    server->run();
    return {};
}

} // namespace

int main(int argc, char** argv) {
    open_standard_streams();
    try {
        const auto parsed = parse_options(argc, argv);
        if (const auto* farewell = std::get_if<Farewell>(&parsed)) {
            fmt::print(farewell->exit_code == 0 ? stdout : stderr, "{}", farewell->text);
            return farewell->exit_code;
        }
        if (const Result<void> served = serve(std::get<Options>(parsed)); !served) {
            print_error(served.error());
            return 1;
        }
        return 0;
    } catch (const std::exception& error) {
        fmt::print(stderr, "error: {}\n", error.what());
        return 1;
    }
}
