// How to reach a cluster: where it is, how to know that it is the right one, who we are there.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/secret.hpp"
#include "live/transport.hpp"

namespace pveform::live {

/// Where and how to connect. TLS is always verified: against `fingerprint` if there is one, else
/// against `ca_file` if there is one, else against the system's certificate authorities.
struct Connection {
    std::string endpoint; // https://HOST[:PORT]
    std::optional<std::filesystem::path> ca_file;
    std::optional<std::string> fingerprint; // SHA-256 of the certificate, 32 bytes with colons
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds timeout{60'000}; // of one request, answer included
    std::size_t max_body_bytes = 64 * 1024 * 1024;
};

/// An API token: `user@realm!name` and its secret.
struct ApiToken {
    std::string id;
    Secret secret;
};

/// For commands that only read. Nothing is sent before the first request. Errors are of kind
/// `usage` for what cannot be right (endpoint, fingerprint, token).
[[nodiscard]] Result<std::unique_ptr<ReadTransport>>
connect_for_reading(const Connection& connection, const ApiToken& token);

[[nodiscard]] Result<std::unique_ptr<Transport>>
connect_for_writing(const Connection& connection, const ApiToken& token);

} // namespace pveform::live
