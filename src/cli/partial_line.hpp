// A command line that is still being written: what stands there, and what the word at its end is
// going to be. Read with the very declarations that a finished one is parsed with.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace pveform::cli {

struct PartialLine {
    std::vector<const CLI::App*> commands; // the program, then its command, then that one's
    std::map<const CLI::Option*, std::vector<std::string>> values; // that were given so far
    std::size_t positionals = 0;
    bool only_positionals = false; // behind `--`

    std::string word;                    // at the end, perhaps empty
    const CLI::Option* option = nullptr; // whose value the word is; null: it is something else
    std::size_t value_index = 0;         // which of its values
    std::size_t value_begin = 0;         // where in the word the value begins: `--format=js`

    /// Of a flag or positional, by its name without dashes; empty where it was not given.
    [[nodiscard]] std::vector<std::string> given(const std::string& name) const;

    /// The positional that a word at the end would be; null if there is no more.
    [[nodiscard]] const CLI::Option* next_positional() const;
};

/// `words` without the program's name; the last one is being written. At least one.
[[nodiscard]] PartialLine
read_partial_line(const CLI::App& app, const std::vector<std::string>& words);

/// The flags that may be written behind these commands: the innermost command's come first.
[[nodiscard]] std::vector<const CLI::Option*> flags_of(const std::vector<const CLI::App*>& commands
);

} // namespace pveform::cli
