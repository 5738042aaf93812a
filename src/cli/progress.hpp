// Tells on standard error how an apply gets on: one line a step, as CI logs want it.
#pragma once

#include <ostream>

#include "apply/execute.hpp"
#include "render/style.hpp"

namespace pveform::cli {

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
};

} // namespace pveform::cli
