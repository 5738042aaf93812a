// A world for commands without a process around: environment, terminal, files and programs as the
// test says.
#pragma once

#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/context.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_processes.hpp"
#include "support/memory_files.hpp"

namespace pveform::test {

/// Answers questions in turn; with none left, nobody is there.
class FakeTerminal final : public Terminal {
public:
    [[nodiscard]] bool is_interactive() const override { return interactive; }

    [[nodiscard]] std::optional<std::size_t> output_width() const override { return width; }

    [[nodiscard]] std::optional<std::size_t> output_height() const override { return height; }

    [[nodiscard]] std::optional<std::size_t> error_width() const override { return {}; }

    [[nodiscard]] bool errors_go_to_a_file() const override { return false; }

    [[nodiscard]] bool errors_reach_starter_of(std::string_view /*variable*/) const override {
        return true;
    }

    [[nodiscard]] bool output_lost_its_reader() const override { return lost_reader; }

    std::optional<std::string> ask(std::string_view question) override {
        questions.emplace_back(question);
        return answer;
    }

    std::optional<Secret> ask_secret(std::string_view question) override {
        hidden_questions.emplace_back(question);
        return answer ? std::optional(Secret(*answer)) : std::nullopt;
    }

    bool interactive = false;
    bool lost_reader = false;         // of standard output
    std::optional<std::size_t> width; // of standard output
    std::optional<std::size_t> height;
    std::optional<std::string> answer;
    std::vector<std::string> questions;
    std::vector<std::string> hidden_questions;
};

struct World {
    MemoryFiles files;
    FakeProcesses processes;
    FakeClock clock;
    FakeTerminal terminal;
    std::map<std::string, std::string> variables;
    std::istringstream in;
    std::ostringstream out;
    std::ostringstream err;
    cli::Context context{
        .files = files,
        .processes = processes,
        .clock = clock,
        .terminal = terminal,
        .environment =
            [this](const std::string& name) {
                const auto found = variables.find(name);
                return found != variables.end() ? std::optional(found->second) : std::nullopt;
            },
        .in = in,
        .out = out,
        .err = err,
        .runner = err,
        .out_style = {},
        .err_style = {},
    };
};

} // namespace pveform::test
