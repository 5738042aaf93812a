// The command line of pveform-simulator.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/release.hpp"

namespace pveform::simulator {

struct Options {
    std::optional<std::filesystem::path> seed;  // folder with user.cfg and so on; else empty
    std::optional<std::filesystem::path> state; // folder that changes are written back to
    std::optional<std::uint64_t> shuffle_seed;  // of the order of lists that have none; else any
    bool sorted = false;                        // lists are not shuffled at all
    std::string release = "9.2";
    std::uint16_t port = 0;
    std::optional<std::filesystem::path> ca_out;
    bool no_auth_delay = false;
    std::vector<std::string> faults; // JSON, as for the control endpoint
};

/// What to print instead, and how to exit: help, or what is wrong with the command line.
struct Farewell {
    int exit_code = 0;
    std::string text;
};

[[nodiscard]] std::variant<Options, Farewell> parse_options(int argc, const char* const* argv);

} // namespace pveform::simulator
