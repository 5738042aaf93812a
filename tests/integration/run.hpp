// One plan, carried out against a simulated cluster.
#pragma once

#include <map>
#include <string>

#include "apply/execute.hpp"
#include "catch.hpp"
#include "plan/plan.hpp"
#include "plan/world.hpp"
#include "support/memory_files.hpp"
#include "support/simulated_cluster.hpp"

namespace pveform::test {

class SilentProgress final : public apply::Progress {
public:
    void started(const plan::Step&, std::size_t, std::size_t) override {}

    void finished(const plan::Step&, const apply::StepResult&) override {}
};

/// Keeps secrets in memory: full token id → secret.
class MemorySink final : public secrets::Sink {
public:
    Result<void> store(const secrets::IssuedSecret& secret) override {
        stored[secret.id.text()] = std::string(secret.secret.reveal());
        return {};
    }

    std::map<std::string, std::string> stored;
};

inline const std::string root_token = "root@pam!apply";
inline const std::string root_secret = "00000000-0000-4000-8000-00000000f00d";

/// With the token that these tests apply with, which may do everything.
inline State with_root_token(State state) {
    state.tokens[TokenId{root_user, "apply"}].privilege_separation = false;
    return state;
}

inline State state_of(live::ReadTransport& pve, const std::string& identity) {
    auto view = live::fetch(pve, identity);
    if (!view) {
        FAIL(view.error().message);
    }
    return std::move(view->state);
}

inline apply::Receipt carry_out_plan(
    const plan::Plan& plan,
    live::Transport& pve,
    const std::string& identity,
    Clock& clock,
    MemorySink& sink
) {
    MemoryFiles files;
    SilentProgress progress;
    apply::Tools tools{
        .transport = pve,
        .identity = identity,
        .files = files,
        .clock = clock,
        .progress = progress,
        .sink = &sink,
        .spool_folder = "/spool",
        .cluster = "test",
        .initial_passwords = {},
    };
    return apply::execute(plan, tools);
}

} // namespace pveform::test
