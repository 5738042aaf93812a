// Where the secrets of new tokens go. A sink is opened, checked and locked before the first write
// to the cluster, so that a secret that PVE shows only once always has a place to go to.
#pragma once

#include <chrono>
#include <filesystem>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/secret.hpp"
#include "model/state.hpp"
#include "system/file_system.hpp"
#include "system/process.hpp"

namespace pveform::secrets {

struct IssuedSecret {
    std::string name; // as declared: what consumers look it up by
    TokenId id;       // as it is in the cluster
    Secret secret;
    UnixSeconds issued = 0;
    Expiry expires;
    std::string cluster; // its name
};

class Sink {
public:
    virtual ~Sink() = default;

    /// Returns when the secret would survive a crash of this machine. Whatever the outcome, the
    /// secrets of other tokens that were there before still are.
    [[nodiscard]] virtual Result<void> store(const IssuedSecret& secret) = 0;
};

/// A JSON file (`schemas/secrets.schema.json`) of mode 0600, locked against other runs while the
/// sink lives. What it already holds is kept. An error, before anything is written to the cluster,
/// if it could lose or leak a secret: others may read or write it, or write in its folder; it is a
/// link or has several names; it belongs to somebody else; it is inside a git work tree that does
/// not ignore it; there is no room; it is no file of ours; or its entry of one of `tokens` is of
/// another cluster.
[[nodiscard]] Result<std::unique_ptr<Sink>> open_file_sink(
    FileSystem& files,
    Processes& processes,
    const std::filesystem::path& path,
    const std::string& cluster,
    const std::vector<TokenId>& tokens
);

/// Whether it could be opened now: asks all that is asked before stores, and leaves nothing behind,
/// not even a lock file. Where there is none, nobody holds the lock.
[[nodiscard]] Result<void> check_file_sink(
    FileSystem& files,
    Processes& processes,
    const std::filesystem::path& path,
    const std::string& cluster,
    const std::vector<TokenId>& tokens
);

/// A folder with a JSON file for each token, `NAME.json`, each a record as in the file above: for
/// mounts into containers and systemd credentials. Checked, locked and kept as that is.
[[nodiscard]] Result<std::unique_ptr<Sink>> open_folder_sink(
    FileSystem& files,
    Processes& processes,
    const std::filesystem::path& folder,
    const std::string& cluster,
    const std::vector<TokenId>& tokens
);

/// As `check_file_sink`.
[[nodiscard]] Result<void> check_folder_sink(
    FileSystem& files,
    Processes& processes,
    const std::filesystem::path& folder,
    const std::string& cluster,
    const std::vector<TokenId>& tokens
);

struct CommandStore {
    std::vector<std::string> command;
    std::chrono::seconds time_limit;
    std::filesystem::path lock_folder; // created 0700 where missing; as a rule the spool's
    std::string cluster;               // its name
};

/// A program, run once for each secret with its record on standard input: exit code 0 says that the
/// secret is stored durably, and is believed of a program that has read all of the record. What it
/// prints is not looked at; its standard error is ours. Ctrl-C does not reach it.
/// `PVEFORM_LIKE_NAMES` holds, a line each, the names among `declared` that differ from the token's
/// in case and punctuation alone: a store that knows neither can refuse to mix them up. While the
/// sink lives, no other run of this user on this machine has one for the same cluster: of two
/// secrets of a token, the older could come last. Where this run is killed, the program that it has
/// begun keeps others out until it ends. An error, before anything is written to the cluster, if
/// there is no such program, or no place for the lock.
[[nodiscard]] Result<std::unique_ptr<Sink>> open_command_sink(
    FileSystem& files,
    Processes& processes,
    const CommandStore& store,
    const std::vector<TokenId>& declared = {}
);

/// As `check_file_sink`: there is such a program, and no other run has the lock.
[[nodiscard]] Result<void>
check_command_sink(FileSystem& files, Processes& processes, const CommandStore& store);

/// The same sink, but the job that pveform runs in is told of each new secret before anything else
/// is (`::add-mask::`), so that it hides it should something else ever print it. Only for logs that
/// understand this: to others it would show the secret.
[[nodiscard]] std::unique_ptr<Sink> with_masking(std::unique_ptr<Sink> sink, std::ostream& log);

/// The last resort when a sink fails after the secret was made: a new file of mode 0600 in
/// `folder` (created 0700 where missing). Gives its path.
[[nodiscard]] Result<std::filesystem::path>
spool(FileSystem& files, const std::filesystem::path& folder, const IssuedSecret& secret);

} // namespace pveform::secrets
