// Programs that are not started: each answers as the test says, and what it was asked is kept.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "system/process.hpp"

namespace pveform::test {

class FakeProcesses final : public Processes {
public:
    struct Call {
        std::vector<std::string> command;
        std::string input;
        bool survives_interrupts = false;
        std::set<std::string, std::less<>> withheld = {};
    };

    using Program = std::function<Result<Finished>(const Call&)>;

    void install(const std::string& name, Program program) { programs_[name] = std::move(program); }

    const std::vector<Call>& calls() const { return calls_; }

    Result<Finished> run(const Invocation& invocation) override {
        calls_.push_back(
            {invocation.command,
             std::string(invocation.input),
             invocation.survives_interrupts,
             withheld()}
        );
        const auto program = programs_.find(invocation.command.front());
        if (program == programs_.end()) {
            return std::unexpected(Error{
                .kind = ErrorKind::io,
                .message = "command `" + invocation.command.front() +
                           "` cannot be started: No such file or directory"});
        }
        return program->second(calls_.back());
    }

    [[nodiscard]] bool can_find(const std::string& program) const override {
        return programs_.contains(program);
    }

private:
    std::map<std::string, Program> programs_;
    std::vector<Call> calls_;
};

inline FakeProcesses::Program answers(int exit_code, std::string output = {}) {
    return [=](const FakeProcesses::Call&) -> Result<Finished> {
        return Finished{exit_code, Secret(output), true};
    };
}

} // namespace pveform::test
