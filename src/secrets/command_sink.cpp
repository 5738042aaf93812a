// The sink that is a program of the user's: Vault, sops, age, `gh secret set`, `kubectl`.
// examples/sinks/ holds some.

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "secrets/record.hpp"
#include "secrets/safe_place.hpp"
#include "secrets/sink.hpp"

namespace pveform::secrets {

namespace {

namespace fs = std::filesystem;

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
        const CommandStore& store,
        const std::vector<TokenId>& declared,
        std::unique_ptr<FileLock> lock
    )
        : processes_(processes), command_(store.command), time_limit_(store.time_limit),
          lock_(std::move(lock)) {
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
            .inherited = lock_->descriptor(), // should we be killed, it may still store this secret
        }));
        if (finished.exit_code != 0) {
            return not_stored(issued, fmt::format("exit code {}", finished.exit_code));
        }
        if (!finished.has_read_input) {
            return not_stored(
                issued,
                "it ended well, but did not read the secret",
                "a command that stores reads all of its standard input"
            );
        }
        return {};
    }

private:
    [[nodiscard]] std::unexpected<Error>
    not_stored(const IssuedSecret& issued, std::string_view why, std::string help = {}) const {
        return io_refusal(
            fmt::format(
                "command `{}` did not store the secret of `{}`: {}",
                command_.front(),
                printable(issued.name),
                why
            ),
            std::move(help)
        );
    }

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
    std::unique_ptr<FileLock> lock_;
    std::map<std::string, std::vector<std::string>> alike_; // by what is left of them
};

/// Recognisable, of this cluster alone, and a file's name whatever the cluster is called.
std::string lock_name_of(const std::string& cluster) {
    constexpr std::size_t max_name_bytes = 40;
    constexpr std::size_t digits = 16;
    return fmt::format(
        ".{}-{}.lock", bare(cluster).substr(0, max_name_bytes), sha256(cluster).substr(0, digits)
    );
}

/// Where a run was killed, its command alone holds the lock: it may still store its secret, over
/// one that came later.
std::string help_where_locked(const fs::path& lock_file) {
    return fmt::format(
        "wait until it has ended; of a run that was killed, the command that stores may still be "
        "at work: `fuser -v '{}'` says which process it is",
        lock_file.string()
    );
}

Result<std::unique_ptr<FileLock>> lock_store(FileSystem& files, const CommandStore& store) {
    auto folder = make_private_folder(files, store.lock_folder);
    if (!folder) {
        folder.error().notes.emplace_back(
            "runs that store secrets by a command lock one another out there, and a secret goes "
            "there that the command does not take"
        );
        std::string& help = folder.error().help;
        help += help.empty() ? "name a folder of your own in `XDG_STATE_HOME`"
                             : ": `XDG_STATE_HOME` names one";
        return std::unexpected(std::move(folder).error());
    }
    const fs::path lock_file = *folder / lock_name_of(store.cluster);
    return require_lock(files, lock_file, help_where_locked(lock_file));
}

Result<void> require_program(const Processes& processes, const std::vector<std::string>& command) {
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
    return {};
}

} // namespace

Result<std::unique_ptr<Sink>> open_command_sink(
    FileSystem& files,
    Processes& processes,
    const CommandStore& store,
    const std::vector<TokenId>& declared
) {
    TRY(require_program(processes, store.command));
    std::unique_ptr<FileLock> lock = TRY(lock_store(files, store));
    return std::make_unique<CommandSink>(processes, store, declared, std::move(lock));
}

Result<void>
check_command_sink(FileSystem& files, Processes& processes, const CommandStore& store) {
    TRY(require_program(processes, store.command));
    const fs::path lock_file = store.lock_folder / lock_name_of(store.cluster);
    TRY(require_lock_if_there(files, lock_file, help_where_locked(lock_file)));
    return {};
}

} // namespace pveform::secrets
