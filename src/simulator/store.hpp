// What the simulated cluster holds: the files of /etc/pve that matter here, in memory and, where a
// folder is given, written back after every change.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "access/evaluator.hpp"
#include "base/error.hpp"
#include "formats/cluster_state.hpp"
#include "formats/domains_config.hpp"
#include "formats/token_config.hpp"
#include "formats/user_config.hpp"
#include "simulator/failure.hpp"
#include "simulator/inventory.hpp"
#include "simulator/passwords.hpp"

namespace pveform::simulator {

/// The files a cluster starts from. Missing ones are empty.
struct ClusterFiles {
    std::string user_cfg;
    std::string domains_cfg;
    std::string token_cfg;
    std::string inventory_json;
    Passwords passwords;
    std::optional<Inventory> inventory;
};

/// Reads `user.cfg`, `domains.cfg`, `priv/token.cfg`, `priv/shadow.cfg`, `passwords.json` and
/// `inventory.json` of a folder, as far as they are there.
[[nodiscard]] Result<ClusterFiles> read_cluster_folder(const std::filesystem::path& folder);

/// Writes them all, so that the folder is a cluster of its own from now on.
[[nodiscard]] Result<void>
write_cluster_folder(const std::filesystem::path& folder, ClusterFiles& files);

class Store {
public:
    /// With a `folder`, every change is written there.
    Store(ClusterFiles files, Release release, std::optional<std::filesystem::path> folder);

    [[nodiscard]] Release release() const { return users_.release; }

    [[nodiscard]] const formats::UserConfig& config() const { return users_; }

    [[nodiscard]] const formats::DomainsConfig& domains() const { return domains_; }

    [[nodiscard]] const std::optional<Inventory>& inventory() const { return inventory_; }

    [[nodiscard]] Passwords& passwords() { return passwords_; }

    /// Effective privileges, from an evaluator that lives as long as the configuration does not
    /// change. `caller` is a user or a full token id.
    [[nodiscard]] access::Privileges privileges(std::string_view caller, std::string_view path);

    /// Carries out `change` on a copy of user.cfg and writes it, all or nothing, as PVE's locked
    /// sections do; failures are reported behind `prefix`.
    Outcome<void> locked(
        std::string_view prefix, const std::function<Outcome<void>(formats::UserConfig&)>& change
    );

    [[nodiscard]] bool secret_matches(const std::string& token, std::string_view secret) const;

    /// Gives the token a new secret (a UUID), whether or not it exists.
    Outcome<std::string> renew_secret(const std::string& token);
    Outcome<void> drop_secret(const std::string& token);

    /// Writes passwords back; call after every change of theirs.
    Outcome<void> save_passwords();

private:
    Outcome<void> save(std::string_view file, std::string_view bytes) const;
    Outcome<void> save_secrets() const;

    formats::UserConfig users_;
    formats::DomainsConfig domains_;
    formats::TokenSecrets secrets_;
    Passwords passwords_;
    std::optional<Inventory> inventory_;
    std::optional<std::filesystem::path> folder_;
    std::unique_ptr<const State> state_; // of `users_`, made when it is needed
    std::unique_ptr<const access::Evaluator> evaluator_;
};

} // namespace pveform::simulator
