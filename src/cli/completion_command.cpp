// `pveform completion SHELL`: the script that ties a shell to pveform; and what such a script asks
// at every press of the Tab key, `pveform __complete WORD...`.

#include <algorithm>
#include <array>

#include <CLI/CLI.hpp>
#include <fmt/ostream.h>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/completion.hpp"
#include "cli/embedded.hpp"
#include "system/forwarded_files.hpp"

namespace pveform::cli {

namespace {

struct Shell {
    std::string_view name;
    std::string_view script; // a file of src/completions/
};

constexpr std::array<Shell, 3> shells = {{
    {"bash", "pveform.bash"},
    {"zsh", "_pveform"},
    {"fish", "pveform.fish"},
}};

/// A named pipe, or a terminal, would be waited for until somebody writes: nobody asked to read it.
class RegularFiles final : public ForwardedFiles {
public:
    using ForwardedFiles::ForwardedFiles;

    Result<std::string>
    read_file(const std::filesystem::path& path, std::size_t max_bytes) override {
        const auto info = TRY(inspect(TRY(resolve(path))));
        if (!info || info->kind != FileKind::regular) {
            return std::unexpected(Error{
                .kind = ErrorKind::io,
                .message = fmt::format("`{}` is no regular file", path.string()),
            });
        }
        return ForwardedFiles::read_file(path, max_bytes);
    }
};

} // namespace

void setup_completion(CLI::App& app, Options& options) {
    std::vector<std::string> names;
    for (const Shell& shell : shells) {
        names.emplace_back(shell.name);
    }
    CLI::App* completion =
        app.add_subcommand("completion", "Print the script that lets a shell complete commands");
    completion->add_option("shell", options.shell, "To be read by it when it starts")
        ->option_text(join(names, "|"))
        ->required()
        ->check(CLI::IsMember(names));
    completion->footer("bash: source <(pveform completion bash)\n"
                       "zsh:  source <(pveform completion zsh), behind compinit\n"
                       "fish: pveform completion fish | source");
}

ExitCode run_completion(const Options& options, Context& context) {
    const auto shell = std::ranges::find(shells, options.shell, &Shell::name);
    const auto script = std::ranges::find(embedded_files(), shell->script, &EmbeddedFile::name);
    fmt::print(context.out, "{}", script->text);
    return ExitCode::done;
}

ExitCode run_complete(const CLI::App& app, std::vector<std::string> words, Context& context) {
    if (words.empty()) {
        words.emplace_back();
    }
    RegularFiles files(context.files);
    Context reading = context.with_files(files);
    const Completion completion = complete(app, words, reading);
    for (const Candidate& one : completion.candidates) {
        fmt::print(context.out, "{}\t{}\n", printable(one.word), printable(one.description));
    }
    if (completion.before_path) {
        fmt::print(context.out, ":files\t{}\n", printable(*completion.before_path));
    }
    return ExitCode::done;
}

} // namespace pveform::cli
