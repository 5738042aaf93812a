#include "simulator/ticket_office.hpp"

#include <array>
#include <cstdint>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "formats/perl_text.hpp"

namespace pveform::simulator {

namespace {

constexpr UnixSeconds lifetime_seconds = 7200;
constexpr UnixSeconds grace_seconds = 300; // clocks of the nodes may differ
constexpr std::string_view prefix = "PVE:";

std::string hmac(const EVP_MD* digest, std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
    unsigned size = 0;
    HMAC(
        digest,
        key.data(),
        static_cast<int>(key.size()),
        reinterpret_cast<const unsigned char*>(text.data()),
        text.size(),
        mac.data(),
        &size
    );
    return {reinterpret_cast<const char*>(mac.data()), size};
}

std::string base64(std::string_view bytes) {
    std::string encoded(4 * ((bytes.size() + 2) / 3), '\0');
    // Writes a NUL behind the text, where std::string has one anyway.
    EVP_EncodeBlock(
        reinterpret_cast<unsigned char*>(encoded.data()),
        reinterpret_cast<const unsigned char*>(bytes.data()),
        static_cast<int>(bytes.size())
    );
    return encoded;
}

/// Stands for PVE's RSA signature and is as long; nobody but the issuer can tell them apart.
std::string seal(std::string_view key, const std::string& text) {
    std::string mac;
    for (char block = '0'; block < '4'; ++block) {
        mac += hmac(EVP_sha512(), key, block + text);
    }
    return base64(mac);
}

std::string without_colons(std::string_view data) {
    std::string escaped;
    for (const char c : data) {
        escaped += c == ':' ? std::string("%3A") : std::string(1, c);
    }
    return escaped;
}

bool is_current(std::string_view hex_time, UnixSeconds now) {
    UnixSeconds time = 0;
    for (const char c : hex_time) {
        const bool is_digit = c >= '0' && c <= '9';
        if (!is_digit && (c < 'A' || c > 'F')) {
            return false;
        }
        time = time * 16 + (is_digit ? c - '0' : c - 'A' + 10);
    }
    const UnixSeconds age = now - time;
    return hex_time.size() == 8 && age > -grace_seconds && age < lifetime_seconds;
}

bool equal(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string sealed_text(std::string_view plain, std::string_view sealed_with) {
    return sealed_with.empty() ? std::string(plain) : fmt::format("{}:{}", plain, sealed_with);
}

/// PVE leaves out the padding here.
std::string csrf_digest(std::string_view key, std::string_view hex_time, std::string_view user) {
    std::string digest = base64(hmac(EVP_sha256(), key, fmt::format("{}:{}", hex_time, user)));
    digest.erase(digest.find_last_not_of('=') + 1);
    return digest;
}

std::string decode_base32(std::string_view text) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    std::string bytes;
    std::uint32_t buffer = 0;
    int bits = 0;
    for (const char c : text) {
        const std::size_t value = alphabet.find(c);
        if (value == std::string_view::npos) {
            continue;
        }
        buffer = buffer << 5U | static_cast<std::uint32_t>(value);
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            bytes += static_cast<char>(buffer >> static_cast<unsigned>(bits) & 0xFFU);
        }
    }
    return bytes;
}

/// RFC 6238 with PVE's defaults: SHA-1, six digits, half a minute.
std::string totp_code(std::string_view key, std::uint64_t step) {
    std::string counter;
    for (unsigned shift = 64; shift > 0; shift -= 8) {
        counter += static_cast<char>(step >> (shift - 8) & 0xFFU);
    }
    const std::string mac = hmac(EVP_sha1(), key, counter);
    const std::size_t offset = static_cast<unsigned char>(mac.back()) & 0x0FU;
    std::uint32_t number = 0;
    for (const char c : mac.substr(offset, 4)) {
        number = number << 8U | static_cast<unsigned char>(c);
    }
    return fmt::format("{:06}", (number & 0x7FFFFFFFU) % 1'000'000U);
}

} // namespace

TicketOffice::TicketOffice() : key_(32, '\0') {
    RAND_bytes(reinterpret_cast<unsigned char*>(key_.data()), static_cast<int>(key_.size()));
}

std::string
TicketOffice::issue(std::string_view data, UnixSeconds now, std::string_view sealed_with) const {
    const std::string plain = fmt::format("{}{}:{:08X}", prefix, without_colons(data), now);
    return plain + "::" + seal(key_, sealed_text(plain, sealed_with));
}

std::optional<std::string>
TicketOffice::verify(std::string_view ticket, UnixSeconds now, std::string_view sealed_with) const {
    const std::size_t mark = ticket.rfind("::");
    if (!ticket.starts_with(prefix) || mark == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view plain = ticket.substr(0, mark);
    const std::size_t colon = plain.rfind(':');
    if (colon < prefix.size() ||
        !equal(ticket.substr(mark + 2), seal(key_, sealed_text(plain, sealed_with))) ||
        !is_current(plain.substr(colon + 1), now)) {
        return std::nullopt;
    }
    return formats::unescape(plain.substr(prefix.size(), colon - prefix.size()));
}

std::string TicketOffice::csrf_token(std::string_view user, UnixSeconds now) const {
    const std::string hex_time = fmt::format("{:08X}", now);
    return hex_time + ":" + csrf_digest(key_, hex_time, user);
}

bool TicketOffice::is_csrf_token(std::string_view user, std::string_view token, UnixSeconds now)
    const {
    const std::size_t colon = token.find(':');
    if (colon == std::string_view::npos) {
        return false;
    }
    const std::string_view hex_time = token.substr(0, colon);
    return is_current(hex_time, now) &&
           equal(token.substr(colon + 1), csrf_digest(key_, hex_time, user));
}

bool is_totp_code(std::string_view secret, std::string_view code, UnixSeconds now) {
    constexpr UnixSeconds step_seconds = 30;
    const std::string key = decode_base32(secret);
    bool found = false;
    for (const UnixSeconds shift : {-1, 0, 1}) {
        const auto step = static_cast<std::uint64_t>(now / step_seconds + shift);
        found = found || equal(code, totp_code(key, step));
    }
    return found;
}

} // namespace pveform::simulator
