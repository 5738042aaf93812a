// The sink that is a program of the user's: Vault, sops, age, `gh secret set`, `kubectl`.
// examples/sinks/ holds some.

#include <fmt/format.h>

#include "base/text.hpp"
#include "secrets/record.hpp"
#include "secrets/sink.hpp"

namespace pveform::secrets {

namespace {

class CommandSink final : public Sink {
public:
    CommandSink(
        Processes& processes, std::vector<std::string> command, std::chrono::seconds time_limit
    )
        : processes_(processes), command_(std::move(command)), time_limit_(time_limit) {}

    Result<void> store(const IssuedSecret& issued) override {
        const Secret record = single_record(issued).text();
        const Finished finished = TRY(processes_.run({
            .command = command_,
            .input = record.reveal(),
            .time_limit = time_limit_,
            .survives_interrupts = true,
            .discards_output = true,
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
    Processes& processes_;
    std::vector<std::string> command_;
    std::chrono::seconds time_limit_;
};

} // namespace

Result<std::unique_ptr<Sink>> open_command_sink(
    Processes& processes, const std::vector<std::string>& command, std::chrono::seconds time_limit
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
    return std::make_unique<CommandSink>(processes, command, time_limit);
}

} // namespace pveform::secrets
