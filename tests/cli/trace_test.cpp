// What `-v` and `-vv` tell.

#include "cli/trace.hpp"

#include <sstream>

#include "catch.hpp"

using pveform::Secret;
using pveform::cli::make_trace;
using pveform::live::Exchange;
using pveform::live::Parameters;

namespace {

std::string traced(int verbosity, const Parameters& parameters, int status = 200) {
    std::ostringstream out;
    const auto trace = make_trace(verbosity, out);
    if (!trace) {
        return "nobody listens";
    }
    trace->exchanged(Exchange{
        .method = "POST",
        .path = "/access/ticket",
        .parameters = parameters,
        .status = status,
        .words = status == 0 ? "connection\x1b[2J refused" : "OK",
        .body_bytes = 640,
        .duration = std::chrono::milliseconds(14),
    });
    return out.str();
}

} // namespace

TEST_CASE("a request is a line; its parameters are told only when asked for", "[cli]") {
    const Secret password("made-up-password");
    const Parameters parameters = {{"username", "ann@pve"}, {"password", &password}};
    CHECK(traced(0, parameters) == "nobody listens");
    CHECK(traced(1, parameters) == "> POST /access/ticket → 200 OK (14 ms, 640 bytes)\n");
    CHECK(
        traced(2, parameters) ==
        "> POST /access/ticket username=ann@pve password=*** → 200 OK (14 ms, 640 bytes)\n"
    );
}

TEST_CASE("a request without an answer is told with the reason, harmless to terminals", "[cli]") {
    const std::string text = traced(1, {}, 0);
    CHECK_THAT(text, ContainsSubstring("no answer: connection"));
    CHECK_THAT(text, !ContainsSubstring("\x1b"));
}
