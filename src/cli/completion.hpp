// What may come next on a half-written command line, for the shells (src/completions/).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/context.hpp"

namespace CLI {
class App;
}

namespace pveform::cli {

struct Candidate {
    std::string word; // the whole word that it would be
    std::string description;
    friend bool operator==(const Candidate&, const Candidate&) = default;
};

struct Completion {
    std::vector<Candidate> candidates;
    std::optional<std::string> before_path; // files as well: behind this beginning of the word
};

/// `words` without the program's name; the last one is being written, and may be empty. Names of
/// objects come from the documents of `-f` and the file of `--live`; what cannot be read is
/// passed over in silence.
[[nodiscard]] Completion
complete(const CLI::App& app, const std::vector<std::string>& words, Context& context);

} // namespace pveform::cli
