// Carries out a plan: its steps, one after the other, each answer looked at before the next.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "apply/receipt.hpp"
#include "base/secret.hpp"
#include "live/transport.hpp"
#include "plan/plan.hpp"
#include "secrets/sink.hpp"
#include "system/clock.hpp"
#include "system/file_system.hpp"

namespace pveform::apply {

/// Is told what happens; decides how it looks.
class Progress {
public:
    virtual ~Progress() = default;
    virtual void started(const plan::Step& step, std::size_t number, std::size_t total) = 0;
    virtual void finished(const plan::Step& step, const StepResult& result) = 0;
};

/// Connects as a token with its secret.
using ConnectAs =
    std::function<Result<std::unique_ptr<live::ReadTransport>>(const TokenId&, const Secret&)>;

/// What an apply works with. All must outlive it.
struct Tools {
    live::Transport& transport;
    std::string identity; // who we are to PVE, for its error texts
    FileSystem& files;    // of the spool
    Clock& clock;
    Progress& progress;
    secrets::Sink* sink = nullptr; // needed where the plan issues tokens
    std::filesystem::path spool_folder;
    std::string cluster; // its name, for the records of secrets
    std::map<UserId, Secret> initial_passwords;
    std::function<bool()> interrupted = [] { return false; };
    ConnectAs connect_as = {};      // empty: new secrets are not tried
    bool all_pools_known = true;    // else nobody can say all that a token may do
    UnixSeconds pve_is_ahead_s = 0; // PVE's clock, of this machine's
};

/// Never stops half-way through a step. After a failure what depends on it is not attempted,
/// nothing is taken away any more, and no token is issued once a secret could not be stored; the
/// rest goes on, as long as PVE is there to answer. In the end each new secret is tried once.
[[nodiscard]] Receipt execute(const plan::Plan& plan, Tools& tools);

} // namespace pveform::apply
