#include "simulator/options.hpp"

#include <sstream>

#include <CLI/CLI.hpp>

namespace pveform::simulator {

namespace {

constexpr int usage_exit_code = 2;

constexpr const char* footer =
    R"(Faults are JSON: {"fault": "drop", "method": "PUT", "path": "/access/*", "nth": 2, "times": 1}
  latency       wait for "milliseconds"
  answer        answer with "status", "reason", "body", "content_type"
  html          answer with a web page
  lock-timeout  let a write fail for want of the cluster's lock
  drop          end the connection without an answer
  exit          end the simulator as if killed
  truncate      send half of the body
  endless       send a body without end
  trickle       send the body byte by byte, with "milliseconds" between
  certificate   show another certificate from then on; "issuer": "same" or "foreign"
  writer        let root@pam do "request" ({"method", "path", "body"}) just before
The first three, drop and exit take "when": "before" or "after" the request takes effect.
While it runs: POST, GET, DELETE /simulator/faults; GET, DELETE /simulator/requests;
PUT /simulator/clock {"offset_seconds": N}.)";

void declare(CLI::App& app, Options& options) {
    app.add_option("--seed", options.seed, "Folder to start from, in PVE's own formats")
        ->check(CLI::ExistingDirectory)
        ->option_text("DIR");
    app.add_option(
           "--state",
           options.state,
           "Folder to write every change to, and to start from where it holds a cluster already; "
           "else memory only"
    )
        ->option_text("DIR");
    auto* sorted = app.add_flag("--sorted", options.sorted, "Lists without an order come sorted");
    app.add_option("--shuffle-seed", options.shuffle_seed, "Shuffle such lists the same every time")
        ->excludes(sorted)
        ->option_text("N");
    app.add_option("--release", options.release, "The PVE release to be")
        ->check(CLI::IsMember({"8.4", "9.0", "9.1", "9.2"}))
        ->capture_default_str()
        ->option_text("8.4|9.0|9.1|9.2");
    app.add_option("--port", options.port, "Port on 127.0.0.1; 0 takes any that is free")
        ->capture_default_str()
        ->option_text("N");
    app.add_option("--ca-out", options.ca_out, "Where to write the CA certificate (PEM)")
        ->option_text("FILE");
    app.add_flag(
        "--no-auth-delay", options.no_auth_delay, "Refuse credentials at once, not in 3 s"
    );
    app.add_option("--fault", options.faults, "A fault to inject, as for POST /simulator/faults")
        ->allow_extra_args(false)
        ->option_text("JSON");
}

} // namespace

std::variant<Options, Farewell> parse_options(int argc, const char* const* argv) {
    Options options;
    CLI::App app("Proxmox VE's access-control API as a local HTTPS server", "pveform-simulator");
    declare(app, options);
    app.footer(footer);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::ostringstream output;
        std::ostringstream complaint;
        const int code = app.exit(error, output, complaint);
        return Farewell{
            .exit_code = code == 0 ? 0 : usage_exit_code,
            .text = code == 0 ? output.str() : "error: " + complaint.str()};
    }
    return options;
}

} // namespace pveform::simulator
