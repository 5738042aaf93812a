// TLS as a filter between bytes and bytes: no sockets, no waiting. The server owns the connection
// and decides when what is read and written; so an end with and without a farewell, and a peek at
// the first byte of a plain connection, need no tricks.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "simulator/certificates.hpp"

struct ssl_st;
struct ssl_ctx_st;

namespace pveform::simulator {

/// The server's side of TLS 1.2 and 1.3 with one certificate. Sessions are resumed by tickets, as
/// long as the context lives.
class TlsContext {
public:
    [[nodiscard]] static Result<TlsContext> create(const ServerCertificate& certificate);

private:
    friend class TlsSession;
    explicit TlsContext(ssl_ctx_st* context);

    std::shared_ptr<ssl_ctx_st> context_;
};

/// One connection's TLS.
class TlsSession {
public:
    explicit TlsSession(const TlsContext& context);

    enum class Status {
        open,   // everything went through, as far as bytes were there
        closed, // the client said farewell
        failed, // this is no TLS, or not ours
    };

    /// Takes what came from the network; what it means is appended to `plain`.
    [[nodiscard]] Status receive(std::string_view encrypted, std::string& plain);

    /// Only after the handshake.
    void send(std::string_view plain);

    /// The farewell (close_notify).
    void close();

    /// What is to be sent to the network now.
    [[nodiscard]] std::string take_output();

    [[nodiscard]] bool is_established() const;

    /// Whether the client came back with a session of ours.
    [[nodiscard]] bool is_resumed() const;

private:
    struct Deleter {
        void operator()(ssl_st* session) const;
    };

    std::unique_ptr<ssl_st, Deleter> session_;
};

} // namespace pveform::simulator
