#include "simulator/passwords.hpp"

#include <crypt.h>

#include <array>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <openssl/rand.h>

#include "base/text.hpp"
#include "formats/grammar.hpp"
#include "formats/perl_text.hpp"
#include "json/read.hpp"
#include "json/write.hpp"

namespace pveform::simulator {

namespace {

bool is_hash(std::string_view stored) {
    return stored.starts_with("$5$") || stored.starts_with("$6$") || stored.starts_with("$y$");
}

std::string hashed(std::string_view password, const std::string& setting) {
    auto data = std::make_unique<crypt_data>();
    const char* hash = crypt_r(std::string(password).c_str(), setting.c_str(), data.get());
    return hash == nullptr ? std::string() : hash;
}

/// PVE's choice: SHA-256 with a salt of eight characters.
std::string fresh_setting() {
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./";
    std::array<unsigned char, 8> random{};
    RAND_bytes(random.data(), random.size());
    std::string setting = "$5$";
    for (const unsigned char byte : random) {
        setting += alphabet[byte % alphabet.size()];
    }
    return setting + "$";
}

constexpr std::string_view pve_suffix = "@pve";

} // namespace

Result<void> Passwords::add_json(std::string_view text) {
    const auto parsed = json::parse(text);
    const json::Object* users = parsed ? parsed->as_object() : nullptr;
    if (users == nullptr) {
        return std::unexpected(Error{
            .kind = ErrorKind::usage,
            .message = "passwords.json is not an object of passwords by user id",
        });
    }
    for (const auto& [user, value] : *users) {
        const json::Value* password =
            value.as_object() == nullptr ? &value : value.find("password");
        const json::Value* totp = value.find("totp");
        if (password != nullptr && password->as_string() != nullptr) {
            passwords_[user] = *password->as_string();
        }
        if (totp != nullptr && totp->as_string() != nullptr) {
            totp_secrets_[user] = *totp->as_string();
        }
    }
    return {};
}

void Passwords::add_shadow(std::string_view bytes) {
    for (const std::string& line : split(formats::from_latin1(bytes), "\n")) {
        const auto fields = split(line, ":");
        if (fields.size() == 2) {
            passwords_[fields[0] + std::string(pve_suffix)] = fields[1];
        }
    }
}

bool Passwords::has(const std::string& user) const {
    return passwords_.contains(user);
}

bool Passwords::matches(const std::string& user, std::string_view password) const {
    const auto stored = passwords_.find(user);
    if (stored == passwords_.end() || password.empty()) {
        return false;
    }
    return is_hash(stored->second) ? hashed(password, stored->second) == stored->second
                                   : stored->second == password;
}

void Passwords::set(const std::string& user, std::string_view password) {
    passwords_[user] = password;
}

void Passwords::drop(const std::string& user) {
    passwords_.erase(user);
}

void Passwords::drop_second_factor(const std::string& user) {
    totp_secrets_.erase(user);
}

std::optional<std::string> Passwords::totp_secret(const std::string& user) const {
    const auto found = totp_secrets_.find(user);
    return found == totp_secrets_.end() ? std::nullopt : std::optional(found->second);
}

std::string Passwords::shadow() {
    std::string out;
    for (auto& [user, password] : passwords_) {
        if (!user.ends_with(pve_suffix)) {
            continue;
        }
        if (!is_hash(password)) {
            password = hashed(password, fresh_setting());
        }
        const std::string_view name =
            std::string_view(user).substr(0, user.size() - pve_suffix.size());
        out += fmt::format("{}:{}:\n", name, password);
    }
    return formats::to_bytes(out);
}

std::string Passwords::json() const {
    json::Value users{json::Object{}};
    for (const auto& [user, password] : passwords_) {
        if (!user.ends_with(pve_suffix)) {
            users.set(user, json::Object{{"password", password}});
        }
    }
    for (const auto& [user, secret] : totp_secrets_) {
        json::Value* entry = users.find(user);
        if (entry == nullptr) {
            users.set(user, json::Object{{"totp", secret}});
        } else {
            entry->set("totp", secret);
        }
    }
    return json::dump(users, json::Style::indented) + "\n";
}

} // namespace pveform::simulator
