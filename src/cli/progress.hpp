// Tells on standard error how an apply gets on: one line that changes, for a person at a terminal;
// one line a step, as CI logs want it.
#pragma once

#include <memory>
#include <ostream>
#include <string>

#include "apply/execute.hpp"
#include "cli/context.hpp"
#include "cli/options.hpp"
#include "render/style.hpp"

namespace pveform::cli {

/// A line is written whole, when its step is over: what else is told meanwhile (traces, and secrets
/// to be masked, which a CI system only finds at the beginning of a line) has lines of its own.
class PlainProgress final : public apply::Progress {
public:
    PlainProgress(std::ostream& out, render::Style style, bool quiet)
        : out_(out), style_(style), quiet_(quiet) {}

    void started(const plan::Step& step, std::size_t number, std::size_t total) override;
    void finished(const plan::Step& step, const apply::StepResult& result) override;

private:
    std::ostream& out_;
    render::Style style_;
    bool quiet_;
    std::string step_; // the one that is under way
};

/// `[3/12] update group ops … `, written anew for every step and gone when it is over. What did not
/// go well keeps a line of its own.
class TerminalProgress final : public apply::Progress {
public:
    TerminalProgress(std::ostream& out, render::Style style) : out_(out), style_(style) {}

    void started(const plan::Step& step, std::size_t number, std::size_t total) override;
    void finished(const plan::Step& step, const apply::StepResult& result) override;

private:
    std::ostream& out_;
    render::Style style_;
    std::string step_; // that is under way
};

/// The one that suits where standard error goes.
[[nodiscard]] std::unique_ptr<apply::Progress>
make_progress(const Options& options, Context& context);

} // namespace pveform::cli
