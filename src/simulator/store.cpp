#include "simulator/store.hpp"

#include <unistd.h>

#include <array>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <openssl/rand.h>

#include "formats/grammar.hpp"
#include "system/file_system.hpp"

namespace pveform::simulator {

namespace {

constexpr std::size_t max_seed_bytes = std::size_t{64} * 1024 * 1024;

/// Empty where there is no such file.
Result<std::string> read_if_there(const std::filesystem::path& path) {
    FileSystem& files = posix_file_system();
    const auto info = TRY(files.inspect(path));
    if (!info) {
        return std::string();
    }
    return files.read_file(path, max_seed_bytes);
}

Principal principal_of(std::string_view id) {
    const bool is_token = !formats::check_token_id(id);
    return {is_token ? PrincipalKind::token : PrincipalKind::user, std::string(id)};
}

/// A version 4 UUID, as libuuid prints it.
std::string fresh_uuid() {
    std::array<unsigned char, 16> bytes{};
    RAND_bytes(bytes.data(), bytes.size());
    bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0FU) | 0x40U);
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3FU) | 0x80U);
    std::string uuid;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const bool starts_group = i == 4 || i == 6 || i == 8 || i == 10;
        uuid += fmt::format("{}{:02x}", starts_group ? "-" : "", bytes[i]);
    }
    return uuid;
}

} // namespace

Result<ClusterFiles> read_cluster_folder(const std::filesystem::path& folder) {
    ClusterFiles files;
    files.user_cfg = TRY(read_if_there(folder / "user.cfg"));
    files.domains_cfg = TRY(read_if_there(folder / "domains.cfg"));
    files.token_cfg = TRY(read_if_there(folder / "priv" / "token.cfg"));
    files.passwords.add_shadow(TRY(read_if_there(folder / "priv" / "shadow.cfg")));
    if (const std::string text = TRY(read_if_there(folder / "passwords.json")); !text.empty()) {
        TRY(files.passwords.add_json(text));
    }
    files.inventory_json = TRY(read_if_there(folder / "inventory.json"));
    if (!files.inventory_json.empty()) {
        files.inventory = TRY(parse_inventory(files.inventory_json));
    }
    return files;
}

Result<void> write_cluster_folder(const std::filesystem::path& folder, ClusterFiles& files) {
    std::error_code failure;
    std::filesystem::create_directories(folder / "priv", failure);
    if (failure) {
        return std::unexpected(Error{
            .kind = ErrorKind::io,
            .message = fmt::format(
                "cannot create the folder `{}`: {}", folder.string(), failure.message()
            ),
        });
    }
    FileSystem& disk = posix_file_system();
    TRY(replace_file_durably(disk, folder / "user.cfg", files.user_cfg));
    TRY(replace_file_durably(disk, folder / "domains.cfg", files.domains_cfg));
    TRY(replace_file_durably(disk, folder / "priv" / "token.cfg", files.token_cfg));
    TRY(replace_file_durably(disk, folder / "priv" / "shadow.cfg", files.passwords.shadow()));
    TRY(replace_file_durably(disk, folder / "passwords.json", files.passwords.json()));
    if (!files.inventory_json.empty()) {
        TRY(replace_file_durably(disk, folder / "inventory.json", files.inventory_json));
    }
    return {};
}

Store::Store(ClusterFiles files, Release release, std::optional<std::filesystem::path> folder)
    : users_(formats::parse_user_config(files.user_cfg, release)),
      domains_(formats::parse_domains_config(files.domains_cfg)),
      secrets_(formats::parse_token_config(files.token_cfg)),
      passwords_(std::move(files.passwords)), inventory_(std::move(files.inventory)),
      folder_(std::move(folder)) {}

access::Privileges Store::privileges(std::string_view caller, std::string_view path) {
    if (!evaluator_) {
        state_ = std::make_unique<const State>(formats::to_state(users_, domains_));
        evaluator_ = std::make_unique<const access::Evaluator>(*state_);
    }
    return evaluator_->privileges(principal_of(caller), path);
}

Outcome<void> Store::locked(
    std::string_view prefix, const std::function<Outcome<void>(formats::UserConfig&)>& change
) {
    formats::UserConfig next = users_;
    if (const auto outcome = change(next); !outcome) {
        return std::unexpected(in_lock(prefix, outcome.error()));
    }
    const std::string text = formats::write_user_config(next);
    if (text.size() > formats::max_file_bytes) {
        const std::string file = fmt::format("/etc/pve/user.cfg.tmp.{}", getpid());
        return died(fmt::format("{}: unable to write '{}' - File too large", prefix, file));
    }
    if (const auto outcome = save("user.cfg", text); !outcome) {
        return std::unexpected(in_lock(prefix, outcome.error()));
    }
    users_ = formats::parse_user_config(text, users_.release);
    evaluator_.reset();
    state_.reset();
    return {};
}

bool Store::secret_matches(const std::string& token, std::string_view secret) const {
    const auto found = secrets_.find(token);
    return found != secrets_.end() && found->second == secret;
}

Outcome<std::string> Store::renew_secret(const std::string& token) {
    std::string secret = fresh_uuid();
    secrets_[token] = secret;
    TRY(save_secrets());
    return secret;
}

Outcome<void> Store::drop_secret(const std::string& token) {
    secrets_.erase(token);
    return save_secrets();
}

Outcome<void> Store::save_passwords() {
    if (!folder_) {
        return {};
    }
    TRY(save("priv/shadow.cfg", passwords_.shadow()));
    return save("passwords.json", passwords_.json());
}

Outcome<void> Store::save_secrets() const {
    return folder_ ? save("priv/token.cfg", formats::write_token_config(secrets_))
                   : Outcome<void>();
}

Outcome<void> Store::save(std::string_view file, std::string_view bytes) const {
    if (!folder_) {
        return {};
    }
    const auto written = replace_file_durably(posix_file_system(), *folder_ / file, bytes);
    return written ? Outcome<void>() : died(written.error().message);
}

} // namespace pveform::simulator
