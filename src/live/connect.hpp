// How to reach a cluster: where it is, how to know that it is the right one, who we are there.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/secret.hpp"
#include "base/source.hpp"
#include "live/transport.hpp"
#include "system/clock.hpp"
#include "system/file_system.hpp"

namespace pveform::live {

class Observer; // live/observer.hpp

/// For a gateway in front of PVE, such as `CF-Access-Client-Secret`. Goes with every request.
struct ExtraHeader {
    std::string name;
    std::shared_ptr<const Secret> value;
};

/// Where and how to connect. TLS is always verified: against `fingerprint` if there is one, else
/// against `ca_file` if there is one, else against the system's certificate authorities.
struct Connection {
    std::string endpoint; // https://HOST[:PORT]
    std::optional<std::filesystem::path> ca_file;
    Span ca_file_place;                     // where a document names it
    std::optional<std::string> fingerprint; // SHA-256 of the certificate, 32 bytes with colons
    bool insecure = false; // takes any certificate: whoever offers this warns each time
    std::vector<ExtraHeader> headers;
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds timeout{60'000}; // of one request, answer included
    std::size_t max_body_bytes = 64 * 1024 * 1024;
};

/// An API token: `user@realm!name` and its secret.
struct ApiToken {
    std::string id;
    Secret secret;
};

/// Asks a person for a one-time code or a recovery key; an error where nobody is there or nothing
/// was said.
using AskSecondFactor = std::function<Result<Secret>(const std::string& question)>;

/// A user's password: the session (PVE calls it a ticket) is opened with the first request and
/// renewed as long as it goes on.
struct Login {
    std::string user; // `user@realm`
    Secret password;
    AskSecondFactor ask_second_factor; // may be empty: nobody is there
};

/// The extra headers alone: for gateways that add PVE's credentials themselves.
struct NoCredentials {};

using Credentials = std::variant<ApiToken, Login, NoCredentials>;

/// Who we are to PVE: a token id, a user id, or empty.
[[nodiscard]] std::string identity(const Credentials& credentials);

/// For commands that only read. Nothing is sent before the first request. Errors are of kind
/// `usage` for what cannot be right (endpoint, fingerprint, credentials, headers). Files, which are
/// asked what is wrong with a `ca_file`, clock and observer must outlive the transport.
[[nodiscard]] Result<std::unique_ptr<ReadTransport>> connect_for_reading(
    const Connection& connection,
    const Credentials& credentials,
    FileSystem& files,
    Clock& clock,
    Observer* observer = nullptr
);

[[nodiscard]] Result<std::unique_ptr<Transport>> connect_for_writing(
    const Connection& connection,
    const Credentials& credentials,
    FileSystem& files,
    Clock& clock,
    Observer* observer = nullptr
);

} // namespace pveform::live
