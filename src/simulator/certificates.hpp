// The simulator's own certificates: an authority made anew at every start, as a cluster has one,
// and what it signs for this machine.
#pragma once

#include <memory>
#include <string>

#include "base/error.hpp"

namespace pveform::simulator {

/// A server's certificate and its key, in PEM.
struct ServerCertificate {
    std::string certificate_pem;
    std::string key_pem;
};

class CertificateAuthority {
public:
    /// A new one, with a new key.
    [[nodiscard]] static Result<CertificateAuthority> create();

    ~CertificateAuthority();
    CertificateAuthority(CertificateAuthority&&) noexcept;
    CertificateAuthority& operator=(CertificateAuthority&&) noexcept;
    CertificateAuthority(const CertificateAuthority&) = delete;
    CertificateAuthority& operator=(const CertificateAuthority&) = delete;

    /// A certificate with a new key, for 127.0.0.1, ::1 and localhost.
    [[nodiscard]] Result<ServerCertificate> issue() const;

    /// What clients trust.
    [[nodiscard]] const std::string& certificate_pem() const;

private:
    struct Parts;
    explicit CertificateAuthority(std::unique_ptr<Parts> parts);

    std::unique_ptr<Parts> parts_;
};

/// `AB:CD:…`: SHA-256 of the first certificate in a PEM text, as PVE shows it. Empty where there is
/// none.
[[nodiscard]] std::string fingerprint_sha256(const std::string& certificate_pem);

} // namespace pveform::simulator
