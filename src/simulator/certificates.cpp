#include "simulator/certificates.hpp"

#include <array>
#include <cstdint>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace pveform::simulator {

namespace {

template<auto Free>
struct Deleter {
    template<class T>
    void operator()(T* pointer) const {
        Free(pointer);
    }
};

using KeyPointer = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using CertificatePointer = std::unique_ptr<X509, Deleter<X509_free>>;
using BioPointer = std::unique_ptr<BIO, Deleter<BIO_free>>;

constexpr long day_seconds = 24L * 60 * 60;
constexpr int x509_version_3 = 2;

std::unexpected<Error> failure(std::string_view what) {
    return std::unexpected(Error{
        .kind = ErrorKind::internal, .message = fmt::format("openssl cannot {}", what)});
}

void set_random_serial(X509* certificate) {
    std::array<unsigned char, 16> bytes{};
    RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
    bytes[0] &= 0x7F; // positive, in no more than 20 octets
    const std::unique_ptr<BIGNUM, Deleter<BN_free>> number(
        BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr)
    );
    BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate));
}

void set_name(X509_NAME* name, const std::string& unit, const std::string& common_name) {
    const auto add = [name](const char* field, const std::string& value) {
        X509_NAME_add_entry_by_txt(
            name,
            field,
            MBSTRING_UTF8,
            reinterpret_cast<const unsigned char*>(value.data()),
            static_cast<int>(value.size()),
            -1,
            0
        );
    };
    add("OU", unit);
    add("O", "pveform simulator");
    add("CN", common_name);
}

bool add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>> extension(
        X509V3_EXT_conf_nid(nullptr, &context, nid, value)
    );
    return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

/// Without name, extensions and signature. Valid since yesterday, so that the hour of a machine
/// that is a little off does no harm.
CertificatePointer draft(EVP_PKEY* key, long valid_days) {
    CertificatePointer certificate(X509_new());
    X509_set_version(certificate.get(), x509_version_3);
    set_random_serial(certificate.get());
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -day_seconds);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), valid_days * day_seconds);
    X509_set_pubkey(certificate.get(), key);
    return certificate;
}

std::string content(BIO* memory) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(memory, &data);
    return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

std::string certificate_text(X509* certificate) {
    const BioPointer memory(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(memory.get(), certificate);
    return content(memory.get());
}

std::string key_text(EVP_PKEY* key) {
    const BioPointer memory(BIO_new(BIO_s_mem()));
    PEM_write_bio_PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
    return content(memory.get());
}

} // namespace

struct CertificateAuthority::Parts {
    KeyPointer key;
    CertificatePointer certificate;
    std::string pem;
};

CertificateAuthority::CertificateAuthority(std::unique_ptr<Parts> parts)
    : parts_(std::move(parts)) {}

CertificateAuthority::~CertificateAuthority() = default;
CertificateAuthority::CertificateAuthority(CertificateAuthority&&) noexcept = default;
CertificateAuthority& CertificateAuthority::operator=(CertificateAuthority&&) noexcept = default;

Result<CertificateAuthority> CertificateAuthority::create() {
    constexpr long valid_days = 3650;
    auto parts = std::make_unique<Parts>();
    parts->key.reset(EVP_EC_gen("P-256"));
    if (!parts->key) {
        return failure("make a key");
    }
    parts->certificate = draft(parts->key.get(), valid_days);
    X509* const certificate = parts->certificate.get();
    set_name(
        X509_get_subject_name(certificate), "simulated cluster", "Simulated Cluster Authority"
    );
    X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
    const bool is_complete =
        add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE") &&
        add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign") &&
        add_extension(certificate, certificate, NID_subject_key_identifier, "hash") &&
        X509_sign(certificate, parts->key.get(), EVP_sha256()) != 0;
    if (!is_complete) {
        return failure("make a certificate authority");
    }
    parts->pem = certificate_text(certificate);
    return CertificateAuthority(std::move(parts));
}

Result<ServerCertificate> CertificateAuthority::issue() const {
    constexpr long valid_days = 730;
    const KeyPointer key(EVP_EC_gen("P-256"));
    if (!key) {
        return failure("make a key");
    }
    const CertificatePointer certificate = draft(key.get(), valid_days);
    X509* const issuer = parts_->certificate.get();
    set_name(X509_get_subject_name(certificate.get()), "simulated node", "localhost");
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer));
    const auto add = [&](int nid, const char* value) {
        return add_extension(certificate.get(), issuer, nid, value);
    };
    const bool is_complete = add(NID_basic_constraints, "critical,CA:FALSE") &&
                             add(NID_key_usage, "critical,digitalSignature") &&
                             add(NID_ext_key_usage, "serverAuth") &&
                             add(NID_subject_alt_name, "IP:127.0.0.1,IP:::1,DNS:localhost") &&
                             add(NID_authority_key_identifier, "keyid") &&
                             X509_sign(certificate.get(), parts_->key.get(), EVP_sha256()) != 0;
    if (!is_complete) {
        return failure("make a certificate");
    }
    return ServerCertificate{
        .certificate_pem = certificate_text(certificate.get()), .key_pem = key_text(key.get())};
}

const std::string& CertificateAuthority::certificate_pem() const {
    return parts_->pem;
}

std::string fingerprint_sha256(const std::string& certificate_pem) {
    const BioPointer memory(
        BIO_new_mem_buf(certificate_pem.data(), static_cast<int>(certificate_pem.size()))
    );
    const CertificatePointer certificate(PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr)
    );
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (!certificate || X509_digest(certificate.get(), EVP_sha256(), digest.data(), &size) != 1) {
        return {};
    }
    return fmt::format("{:02X}", fmt::join(digest.begin(), digest.begin() + size, ":"));
}

} // namespace pveform::simulator
