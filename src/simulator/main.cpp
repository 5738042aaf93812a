// pveform-simulator: PVE's access API as a local HTTPS server. See README, "Try your policy without
// a cluster".

#include <cstdio>
#include <exception>

#include <fmt/format.h>

#include "simulator/options.hpp"
#include "simulator/server.hpp"
#include "system/file_system.hpp"

namespace {

using namespace pveform;
using namespace pveform::simulator;

class Trivial final : public Application {
public:
    std::optional<Response> answer_early(const RequestHead&) override { return std::nullopt; }

    Response answer(const Request&) override {
        return Response{
            .content_type = "application/json;charset=UTF-8",
            .body = R"({"data":[]})",
            .persistence = Persistence::keep_alive};
    }

    Response answer_as_root(const Request& request) override { return answer(request); }

    void set_clock_offset(std::chrono::seconds) override {}
};

Result<void> serve(const Options& options) {
    Trivial application;
    ServerSettings settings{.port = options.port};
    if (options.no_auth_delay) {
        settings.refusal_delay = {};
    }
    const std::unique_ptr<Server> server = TRY(Server::listen(settings, application));
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
    try {
        const auto parsed = parse_options(argc, argv);
        if (const auto* farewell = std::get_if<Farewell>(&parsed)) {
            fmt::print(farewell->exit_code == 0 ? stdout : stderr, "{}", farewell->text);
            return farewell->exit_code;
        }
        if (const Result<void> served = serve(std::get<Options>(parsed)); !served) {
            fmt::print(stderr, "error: {}\n", served.error().message);
            return 1;
        }
        return 0;
    } catch (const std::exception& error) {
        fmt::print(stderr, "error: {}\n", error.what());
        return 1;
    }
}
