// Passwords and second factors of the simulated users.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace pveform::simulator {

class Passwords {
public:
    /// `passwords.json`: user id → password, or → `{"password": …, "totp": BASE32}`.
    [[nodiscard]] Result<void> add_json(std::string_view text);

    /// `priv/shadow.cfg`: `NAME:HASH:` for users of the realm `pve`.
    void add_shadow(std::string_view bytes);

    [[nodiscard]] bool has(const std::string& user) const;
    [[nodiscard]] bool matches(const std::string& user, std::string_view password) const;
    void set(const std::string& user, std::string_view password);
    void drop(const std::string& user);
    void drop_second_factor(const std::string& user);

    /// The secret of a user's second factor, in base 32.
    [[nodiscard]] std::optional<std::string> totp_secret(const std::string& user) const;

    /// The two files again. Passwords of the realm `pve` are hashed as PVE hashes them, so that a
    /// real PVE can read them; `passwords.json` keeps the rest.
    [[nodiscard]] std::string shadow();
    [[nodiscard]] std::string json() const;

private:
    std::map<std::string, std::string> passwords_; // plain, or a hash that begins with `$`
    std::map<std::string, std::string> totp_secrets_;
};

} // namespace pveform::simulator
