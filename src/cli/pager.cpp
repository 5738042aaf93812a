#include "cli/pager.hpp"

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "render/fold.hpp"

namespace pveform::cli {

namespace {

constexpr std::chrono::hours as_long_as_somebody_reads{24 * 365};

/// As git and man take it: words, or, where it has anything that a shell would see, for the shell.
std::vector<std::string> command_of(std::string_view text) {
    if (text.find_first_of("|&;<>()$`\\\"'*?[#~=%") != std::string_view::npos) {
        return {"sh", "-c", "trap : INT; " + std::string(text)}; // Ctrl-C is for the pager
    }
    return split(text, " \t");
}

/// Empty where the user wants none.
std::vector<std::string> pager_of(const Context& context) {
    for (const char* name : {"PVEFORM_PAGER", "PAGER"}) {
        const auto value = context.environment(name);
        if (!value) {
            continue;
        }
        auto command = command_of(*value);
        if (command == std::vector<std::string>{"cat"}) {
            return {};
        }
        if (!command.empty() && !context.environment("LESS")) { // so that less shows colours
            command.insert(command.begin(), {"env", "LESS=FRX"});
        }
        return command;
    }
    return {"less", "-FRX"};
}

/// How many rows of a terminal it fills.
std::size_t rows_of(std::string_view text, std::size_t width) {
    std::size_t rows = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::size_t columns = render::visible_width(text.substr(0, end));
        rows += std::max<std::size_t>(1, (columns + width - 1) / width);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return rows;
}

/// Keeps what is written until it is flushed.
class HeldOutput final : public std::stringbuf {
public:
    HeldOutput(std::vector<std::string> pager, std::streambuf& real, Context& context)
        : std::stringbuf(std::ios::out), pager_(std::move(pager)), real_(real), context_(context) {}

protected:
    int sync() override {
        const std::string text = str();
        str({});
        if (text.empty() || is_shown_by_pager(text)) {
            return 0;
        }
        const auto size = static_cast<std::streamsize>(text.size());
        return real_.sputn(text.data(), size) == size ? real_.pubsync() : -1;
    }

private:
    [[nodiscard]] bool is_shown_by_pager(const std::string& text) const {
        const auto width = context_.terminal.output_width();
        const auto height = context_.terminal.output_height();
        // One row is for the prompt of the shell that comes after it.
        if (!width || !height || rows_of(text, *width) < *height) {
            return false;
        }
        const auto finished = context_.processes.run({
            .command = pager_,
            .input = text,
            .time_limit = as_long_as_somebody_reads,
            .has_terminal = true,
        });
        return finished && finished->exit_code == 0;
    }

    std::vector<std::string> pager_;
    std::streambuf& real_;
    Context& context_;
};

} // namespace

Pager::Pager(const Options& options, Context& context)
    : context_(context), real_(context.out.rdbuf()) {
    const bool is_terminal = context.terminal.output_width() && context.out_style.in_place;
    if (!is_terminal || options.quiet || options.no_pager || context.is_ci()) {
        return;
    }
    auto pager = pager_of(context);
    if (pager.empty()) {
        return;
    }
    held_ = std::make_unique<HeldOutput>(std::move(pager), *real_, context);
    context_.out.rdbuf(held_.get());
}

Pager::~Pager() {
    if (held_ == nullptr) {
        return;
    }
    context_.out.flush();
    const auto state = context_.out.rdstate(); // which a new buffer would clear
    context_.out.rdbuf(real_);
    context_.out.setstate(state);
}

} // namespace pveform::cli
