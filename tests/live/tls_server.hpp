// A small HTTPS server in this process, on 127.0.0.1, that behaves as its paths say: for the tests
// of curl_http. Its authority and certificates are made when it starts.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "live/connect.hpp"

namespace pveform::test {

/// What answers at a port.
enum class Listener {
    good,      // TLS with a certificate for 127.0.0.1
    elsewhere, // its certificate is for pve9.example.com and 192.0.2.9
    expired,   // its certificate was one for 127.0.0.1
    plain,     // HTTP without TLS
    closed,    // nobody
    silent,    // takes connections and says nothing
};

class TlsServer {
public:
    TlsServer();
    TlsServer(const TlsServer&) = delete;
    TlsServer& operator=(const TlsServer&) = delete;
    ~TlsServer();

    /// `ca.pem` is the authority of all certificates, `other-ca.pem` of none; `nonsense.pem` is
    /// none.
    [[nodiscard]] std::filesystem::path file(const std::string& name) const;

    /// `127.0.0.1:PORT`.
    [[nodiscard]] std::string address(Listener listener) const;

    /// Of a listener's certificate, as PVE shows it.
    [[nodiscard]] std::string fingerprint(Listener listener) const;

    /// How to reach a listener, with the authority that signed its certificate.
    [[nodiscard]] live::Connection connection(Listener listener = Listener::good) const;

    /// One line a request: `GET /api2/json/version resumed=0 connection=1 request=2`, with whether
    /// the TLS session was resumed, which connection it was, and which request on that.
    [[nodiscard]] std::vector<std::string> log() const;

private:
    class Server;
    std::unique_ptr<Server> server_;
};

} // namespace pveform::test
