// Output that is longer than the terminal, page by page.
#pragma once

#include <memory>
#include <streambuf>

#include "cli/context.hpp"
#include "cli/options.hpp"

namespace pveform::cli {

/// While it lives, what a command prints is held back until it is flushed, and shown by the user's
/// pager (PVEFORM_PAGER, PAGER, or less) where it has more lines than the terminal. Whatever the
/// pager does, nothing is lost: output that it did not take is printed as ever.
class Pager {
public:
    /// Does nothing where there is nobody to turn the pages: output that goes elsewhere, CI,
    /// `--quiet`, `--no-pager`, a variable that is empty or `cat`.
    Pager(const Options& options, Context& context);
    ~Pager();

    Pager(const Pager&) = delete;
    Pager& operator=(const Pager&) = delete;
    Pager(Pager&&) = delete;
    Pager& operator=(Pager&&) = delete;

private:
    Context& context_;
    std::streambuf* const real_;
    std::unique_ptr<std::streambuf> held_; // null where it does nothing
};

} // namespace pveform::cli
