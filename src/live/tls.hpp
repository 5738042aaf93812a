// Which certificate the server may have: pinned by its fingerprint, or verified by authorities.
// PVE shows the SHA-256 of the certificate; libcurl can pin only public keys, so that OpenSSL is
// asked here.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/ssl.h>

#include "base/error.hpp"
#include "base/time.hpp"

namespace pveform::live {

/// The SHA-256 of a certificate.
using Fingerprint = std::array<unsigned char, 32>;

/// 64 hexadecimal digits, with colons or without; an error of kind `usage` for anything else.
[[nodiscard]] Result<Fingerprint> parse_fingerprint(std::string_view text);

/// `AB:CD:…`, as PVE shows it.
[[nodiscard]] std::string to_string(const Fingerprint& fingerprint);

/// What the server showed, for error messages.
struct SeenCertificate {
    Fingerprint fingerprint{};
    std::string issuer;
    std::vector<std::string> names; // host names and addresses that it is for
    std::optional<UnixSeconds> not_after;
    int verify_error = X509_V_OK; // of OpenSSL
};

/// Decides about the server's certificate in every full handshake. A resumed TLS session is one
/// whose certificate was accepted here before.
class CertificateCheck {
public:
    explicit CertificateCheck(std::optional<Fingerprint> pinned) : pinned_(pinned) {}

    CertificateCheck(const CertificateCheck&) = delete;
    CertificateCheck& operator=(const CertificateCheck&) = delete;

    /// To be called for every new connection; the context must not outlive this object.
    void install(SSL_CTX& context);

    [[nodiscard]] bool is_pinned() const { return pinned_.has_value(); }

    [[nodiscard]] const std::optional<Fingerprint>& pinned() const { return pinned_; }

    /// Of the last full handshake since `forget`.
    [[nodiscard]] const std::optional<SeenCertificate>& seen() const { return seen_; }

    void forget() { seen_.reset(); }

private:
    [[nodiscard]] bool accepts(X509_STORE_CTX& context);

    std::optional<Fingerprint> pinned_;
    std::optional<SeenCertificate> seen_;
};

} // namespace pveform::live
