#include "live/tls.hpp"

#include <algorithm>
#include <ctime>
#include <memory>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/x509v3.h>

#include "base/text.hpp"

namespace pveform::live {

namespace {

std::optional<unsigned> hex_digit(char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    const std::size_t at = digits.find(static_cast<char>(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c));
    return at == std::string_view::npos ? std::nullopt : std::optional(static_cast<unsigned>(at));
}

std::string text_of(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return size > 0 ? printable(std::string_view(data, static_cast<std::size_t>(size)))
                    : std::string();
}

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

std::string issuer_of(const X509& certificate) {
    const Bio bio(BIO_new(BIO_s_mem()), &BIO_free);
    X509_NAME_print_ex(
        bio.get(), X509_get_issuer_name(&certificate), 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB
    );
    return text_of(bio.get());
}

std::string address_text(const ASN1_OCTET_STRING& address) {
    const unsigned char* bytes = ASN1_STRING_get0_data(&address);
    const int size = ASN1_STRING_length(&address);
    if (size == 4) {
        return fmt::format("{}.{}.{}.{}", bytes[0], bytes[1], bytes[2], bytes[3]);
    }
    std::string result;
    for (int i = 0; i + 1 < size; i += 2) {
        result += fmt::format("{}{:x}", i == 0 ? "" : ":", bytes[i] * 256 + bytes[i + 1]);
    }
    return result;
}

std::vector<std::string> names_of(const X509& certificate) {
    std::vector<std::string> names;
    const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> all(
        static_cast<GENERAL_NAMES*>(
            X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)
        ),
        &GENERAL_NAMES_free
    );
    const int count = all ? sk_GENERAL_NAME_num(all.get()) : 0;
    for (int i = 0; i < count; ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(all.get(), i);
        if (name->type == GEN_DNS) {
            const auto* bytes = ASN1_STRING_get0_data(name->d.dNSName);
            const auto size = static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName));
            names.push_back(printable(std::string(bytes, bytes + size)));
        } else if (name->type == GEN_IPADD) {
            names.push_back(address_text(*name->d.iPAddress));
        }
    }
    return names;
}

std::optional<UnixSeconds> end_of(const X509& certificate) {
    std::tm time{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(&certificate), &time) != 1) {
        return std::nullopt;
    }
    return timegm(&time);
}

Result<Fingerprint> not_a_fingerprint(std::string_view text) {
    return std::unexpected(Error{
        .kind = ErrorKind::usage,
        .message = fmt::format(
            "`{}` is not the fingerprint of a certificate", printable(text.substr(0, 100))
        ),
        .help = "it is the SHA-256 as PVE shows it (`pvenode cert info` on a node): 64 hexadecimal "
                "digits, `AB:CD:…`",
    });
}

} // namespace

Result<Fingerprint> parse_fingerprint(std::string_view text) {
    std::string digits(trim(text));
    std::erase(digits, ':');
    Fingerprint result{};
    if (digits.size() != 2 * result.size()) {
        return not_a_fingerprint(text);
    }
    for (std::size_t i = 0; i < result.size(); ++i) {
        const auto high = hex_digit(digits[2 * i]);
        const auto low = hex_digit(digits[2 * i + 1]);
        if (!high || !low) {
            return not_a_fingerprint(text);
        }
        result.at(i) = static_cast<unsigned char>(*high * 16 + *low);
    }
    return result;
}

std::string to_string(const Fingerprint& fingerprint) {
    std::string text;
    for (const unsigned char byte : fingerprint) {
        text += fmt::format("{}{:02X}", text.empty() ? "" : ":", byte);
    }
    return text;
}

void CertificateCheck::install(SSL_CTX& context) {
    SSL_CTX_set_options(&context, SSL_OP_CLEANSE_PLAINTEXT); // answers may hold secrets
    SSL_CTX_set_cert_verify_callback(
        &context,
        [](X509_STORE_CTX* store, void* self) {
            return static_cast<CertificateCheck*>(self)->accepts(*store) ? 1 : 0;
        },
        this
    );
}

bool CertificateCheck::accepts(X509_STORE_CTX& context) {
    const X509* certificate = X509_STORE_CTX_get0_cert(&context);
    SeenCertificate& seen = seen_.emplace();
    unsigned size = 0;
    if (certificate == nullptr ||
        X509_digest(certificate, EVP_sha256(), seen.fingerprint.data(), &size) != 1 ||
        size != seen.fingerprint.size()) {
        X509_STORE_CTX_set_error(&context, X509_V_ERR_UNSPECIFIED);
        return false;
    }
    seen.issuer = issuer_of(*certificate);
    seen.names = names_of(*certificate);
    seen.not_after = end_of(*certificate);
    if (!pinned_) {
        const bool good = X509_verify_cert(&context) == 1;
        seen.verify_error = X509_STORE_CTX_get_error(&context);
        return good;
    }
    const bool same =
        CRYPTO_memcmp(pinned_->data(), seen.fingerprint.data(), seen.fingerprint.size()) == 0;
    seen.verify_error = same ? X509_V_OK : X509_V_ERR_CERT_REJECTED;
    X509_STORE_CTX_set_error(&context, seen.verify_error);
    return same;
}

} // namespace pveform::live
