// The sink that is a program of the user's: Vault, sops, age, `gh secret set`, `kubectl`.
// examples/sinks/ holds some.

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/text.hpp"
#include "secrets/record.hpp"
#include "secrets/sink.hpp"

namespace pveform::secrets {

namespace {

/// A name without case and punctuation.
std::string bare(std::string_view name) {
    std::string text = to_lower(name);
    std::erase_if(text, [](char c) { return !('a' <= c && c <= 'z') && !('0' <= c && c <= '9'); });
    return text;
}

class CommandSink final : public Sink {
public:
    CommandSink(
        Processes& processes,
        std::vector<std::string> command,
        std::chrono::seconds time_limit,
        const std::vector<TokenId>& declared
    )
        : processes_(processes), command_(std::move(command)), time_limit_(time_limit) {
        for (const TokenId& token : declared) {
            alike_[bare(token.text())].push_back(token.text());
        }
    }

    Result<void> store(const IssuedSecret& issued) override {
        const Secret record = single_record(issued).text();
        const Finished finished = TRY(processes_.run({
            .command = command_,
            .input = record.reveal(),
            .time_limit = time_limit_,
            .survives_interrupts = true,
            .discards_output = true,
            .variables = {"PVEFORM_LIKE_NAMES=" + join(names_like(issued.name), "\n")},
        }));
        if (finished.exit_code != 0) {
            return std::unexpected(Error{
                .kind = ErrorKind::io,
                .message = fmt::format(
                    "command `{}` did not store the secret of `{}`: exit code {}",
                    command_.front(),
                    printable(issued.name),
                    finished.exit_code
                ),
            });
        }
        return {};
    }

private:
    /// Others that a store with fewer characters for names could mix up with this one.
    [[nodiscard]] std::vector<std::string> names_like(const std::string& name) const {
        const auto found = alike_.find(bare(name));
        std::vector<std::string> names =
            found == alike_.end() ? std::vector<std::string>() : found->second;
        std::erase(names, name);
        return names;
    }

    Processes& processes_;
    std::vector<std::string> command_;
    std::chrono::seconds time_limit_;
    std::map<std::string, std::vector<std::string>> alike_; // by what is left of them
};

} // namespace

Result<std::unique_ptr<Sink>> open_command_sink(
    Processes& processes,
    const std::vector<std::string>& command,
    std::chrono::seconds time_limit,
    const std::vector<TokenId>& declared
) {
    if (command.empty() || !processes.can_find(command.front())) {
        return std::unexpected(Error{
            .kind = ErrorKind::io,
            .message = fmt::format(
                "there is no program `{}` to store secrets with",
                command.empty() ? "" : printable(command.front())
            ),
            .help = "install it, or name it with its path",
        });
    }
    return std::make_unique<CommandSink>(processes, command, time_limit, declared);
}

} // namespace pveform::secrets
