#include "cli/progress.hpp"

#include <fmt/ostream.h>

#include "base/text.hpp"

namespace pveform::cli {

void PlainProgress::started(const plan::Step& step, std::size_t number, std::size_t total) {
    step_ = fmt::format(
        "[{:>{}}/{}] {}",
        number,
        std::to_string(total).size(),
        total,
        printable(describe(step.command))
    );
}

void PlainProgress::finished(const plan::Step&, const apply::StepResult& result) {
    if (quiet_ || result.outcome == apply::Outcome::not_attempted) {
        return; // the receipt speaks of those
    }
    const bool good = result.outcome == apply::Outcome::done;
    const std::string outcome(to_string(result.outcome));
    fmt::print(
        out_,
        "{} … {}\n",
        step_,
        good ? outcome : render::paint(style_, render::Paint::error, outcome)
    );
    out_.flush();
}

} // namespace pveform::cli
