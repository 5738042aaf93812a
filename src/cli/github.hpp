// What a job says to GitHub's runner, or to one that is compatible with it, and what it must not
// say by accident: the runner takes lines of the output for commands.
#pragma once

#include <ostream>
#include <streambuf>
#include <string>

#include "cli/context.hpp"
#include "render/report.hpp"

namespace pveform::cli {

/// Whether such a runner reads what we print.
[[nodiscard]] bool is_on_github(Context& context);

/// The annotations, where findings have a place, and the summary of the step.
[[nodiscard]] Errors
tell_github(const render::Report& report, const render::SourceNames& names, Context& context);

/// Passes text on, with a backslash where a line would be taken for a command: before a colon that
/// a line begins with (`::set-output …`), and in `##[`, wherever it stands.
class InertText final : public std::streambuf {
public:
    explicit InertText(std::streambuf& target) : target_(target) {}

protected:
    int_type overflow(int_type character) override;
    std::streamsize xsputn(const char* text, std::streamsize count) override;

    int sync() override { return target_.pubsync(); }

private:
    void append(char character, std::string& out);

    std::streambuf& target_;
    bool is_line_start_ = true; // nothing but blanks, and what is not ASCII, so far
    int hashes_ = 0;            // directly before
};

} // namespace pveform::cli
