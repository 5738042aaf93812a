#include "simulator/tls.hpp"

#include <array>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

namespace pveform::simulator {

namespace {

std::unexpected<Error> failure(const char* what) {
    return std::unexpected(Error{.kind = ErrorKind::internal, .message = what});
}

using BioPointer = std::unique_ptr<BIO, decltype(&BIO_free)>;

BioPointer memory_of(const std::string& text) {
    return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free};
}

} // namespace

TlsContext::TlsContext(ssl_ctx_st* context) : context_(context, &SSL_CTX_free) {}

Result<TlsContext> TlsContext::create(const ServerCertificate& certificate) {
    TlsContext result(SSL_CTX_new(TLS_server_method()));
    SSL_CTX* const context = result.context_.get();
    if (context == nullptr) {
        return failure("openssl cannot make a tls context");
    }
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(
        context,
        SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
            SSL_OP_IGNORE_UNEXPECTED_EOF
    );
    const std::unique_ptr<X509, decltype(&X509_free)> leaf(
        PEM_read_bio_X509(memory_of(certificate.certificate_pem).get(), nullptr, nullptr, nullptr),
        &X509_free
    );
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        PEM_read_bio_PrivateKey(memory_of(certificate.key_pem).get(), nullptr, nullptr, nullptr),
        &EVP_PKEY_free
    );
    if (SSL_CTX_use_certificate(context, leaf.get()) != 1 ||
        SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
        return failure("openssl does not take the server's certificate");
    }
    return result;
}

void TlsSession::Deleter::operator()(ssl_st* session) const {
    SSL_free(session);
}

TlsSession::TlsSession(const TlsContext& context) : session_(SSL_new(context.context_.get())) {
    SSL_set_bio(session_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem())); // now the session's
    SSL_set_accept_state(session_.get());
}

TlsSession::Status TlsSession::receive(std::string_view encrypted, std::string& plain) {
    BIO_write(SSL_get_rbio(session_.get()), encrypted.data(), static_cast<int>(encrypted.size()));
    std::array<char, 16 * 1024> buffer; // a record holds no more
    while (true) {
        ERR_clear_error();
        std::size_t size = 0;
        const int result = SSL_read_ex(session_.get(), buffer.data(), buffer.size(), &size);
        plain.append(buffer.data(), size);
        if (result == 1) {
            continue;
        }
        switch (SSL_get_error(session_.get(), result)) {
        case SSL_ERROR_WANT_READ:
            return Status::open;
        case SSL_ERROR_ZERO_RETURN:
            return Status::closed;
        default:
            return Status::failed;
        }
    }
}

void TlsSession::send(std::string_view plain) {
    std::size_t written = 0;
    if (!plain.empty()) {
        SSL_write_ex(session_.get(), plain.data(), plain.size(), &written);
    }
}

void TlsSession::close() {
    if (is_established()) {
        SSL_shutdown(session_.get());
    }
}

std::string TlsSession::take_output() {
    BIO* const output = SSL_get_wbio(session_.get());
    std::string result(BIO_ctrl_pending(output), '\0');
    if (!result.empty()) {
        BIO_read(output, result.data(), static_cast<int>(result.size()));
    }
    return result;
}

bool TlsSession::is_established() const {
    return SSL_is_init_finished(session_.get()) == 1;
}

bool TlsSession::is_resumed() const {
    return SSL_session_reused(session_.get()) == 1;
}

} // namespace pveform::simulator
