#include "cli/progress.hpp"

#include <fmt/ostream.h>

#include "base/text.hpp"

namespace pveform::cli {

namespace {

std::string line_of(const plan::Step& step, std::size_t number, std::size_t total) {
    return fmt::format(
        "[{:>{}}/{}] {}",
        number,
        std::to_string(total).size(),
        total,
        printable(describe(step.command))
    );
}

void print_end(
    std::ostream& out,
    const render::Style& style,
    std::string_view line,
    const apply::StepResult& result
) {
    const bool good = result.outcome == apply::Outcome::done;
    const std::string outcome(to_string(result.outcome));
    fmt::print(
        out, "{} … {}\n", line, good ? outcome : render::paint(style, render::Paint::error, outcome)
    );
    out.flush();
}

/// Cut where the terminal would wrap it: only one row can be written anew.
std::string cut(std::string_view line, std::size_t width) {
    std::string text(line);
    while (display_width(text) > width) {
        text.pop_back();
        while (!text.empty() && !is_utf8(text)) {
            text.pop_back();
        }
    }
    return text;
}

} // namespace

void PlainProgress::started(const plan::Step& step, std::size_t number, std::size_t total) {
    step_ = line_of(step, number, total);
}

void PlainProgress::finished(const plan::Step&, const apply::StepResult& result) {
    if (quiet_ || result.outcome == apply::Outcome::not_attempted) {
        return; // the receipt speaks of those
    }
    print_end(out_, style_, step_, result);
}

void TerminalProgress::started(const plan::Step& step, std::size_t number, std::size_t total) {
    step_ = line_of(step, number, total);
    fmt::print(out_, "{} … ", cut(step_, style_.width - 5));
    out_.flush();
}

void TerminalProgress::finished(const plan::Step&, const apply::StepResult& result) {
    fmt::print(out_, "\r\x1b[K"); // to the beginning of the row, which is then empty
    out_.flush();
    if (result.outcome == apply::Outcome::done || result.outcome == apply::Outcome::not_attempted) {
        return; // the receipt speaks of those
    }
    print_end(out_, style_, step_, result);
}

std::unique_ptr<apply::Progress> make_progress(const Options& options, Context& context) {
    const bool has_traces = options.verbosity > 0; // lines in between
    if (context.err_style.in_place && !options.quiet && !has_traces && !context.is_ci()) {
        return std::make_unique<TerminalProgress>(context.err, context.err_style);
    }
    return std::make_unique<PlainProgress>(context.err, context.err_style, options.quiet);
}

} // namespace pveform::cli
