#include "live/tls_server.hpp"

#include <array>
#include <atomic>
#include <csignal>
#include <fstream>
#include <map>
#include <mutex>
#include <netinet/in.h>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/text.hpp"
#include "live/tls.hpp"

namespace pveform::test {

namespace {

template<class T, void (*free_it)(T*)>
struct Free {
    void operator()(T* object) const { free_it(object); }
};

using Certificate = std::unique_ptr<X509, Free<X509, X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY, EVP_PKEY_free>>;
using TlsContext = std::unique_ptr<SSL_CTX, Free<SSL_CTX, SSL_CTX_free>>;
using Tls = std::unique_ptr<SSL, Free<SSL, SSL_free>>;

/// 100,000 times `x`, packed by gzip.
constexpr std::string_view packed_hex =
    "1f8b0800000000000203edc13101000000c2a0da8b6f0d0fa00000000000000000000000000000000000000000"
    "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "00000000000000000000000000000000000000000000000000000000000000805703711107fea0860100";

struct Identity {
    Certificate certificate;
    Key key;
};

void add_extension(X509& certificate, int kind, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
    X509_add_ext(&certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

/// Signed by `issuer`, or by itself as an authority. Ends `end` seconds from now.
Identity
make_identity(const std::string& name, const std::string& names, long end, const Identity* issuer) {
    static std::atomic<long> serial = 1;
    Identity made{Certificate(X509_new()), Key(EVP_EC_gen("P-256"))};
    X509* certificate = made.certificate.get();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -7200);
    X509_gmtime_adj(X509_getm_notAfter(certificate), end);
    X509_NAME* subject = X509_get_subject_name(certificate);
    const auto* bytes = reinterpret_cast<const unsigned char*>(name.c_str());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, bytes, -1, -1, 0);
    const Identity& signer = issuer != nullptr ? *issuer : made;
    X509_set_issuer_name(certificate, X509_get_subject_name(signer.certificate.get()));
    X509_set_pubkey(certificate, made.key.get());
    if (issuer == nullptr) {
        add_extension(*certificate, NID_basic_constraints, "critical,CA:TRUE");
    } else {
        add_extension(*certificate, NID_subject_alt_name, names);
    }
    X509_sign(certificate, signer.key.get(), EVP_sha256());
    return made;
}

void write_pem(const std::filesystem::path& path, X509& certificate) {
    std::FILE* file = std::fopen(path.c_str(), "w");
    PEM_write_X509(file, &certificate);
    std::fclose(file);
}

std::string from_hex(std::string_view hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    }
    return bytes;
}

/// A connection's bytes, in TLS or not.
class Stream {
public:
    Stream(int socket, SSL_CTX* context) : socket_(socket) {
        if (context != nullptr) {
            tls_.reset(SSL_new(context));
            SSL_set_fd(tls_.get(), socket);
        }
    }

    bool handshake() { return !tls_ || SSL_accept(tls_.get()) == 1; }

    [[nodiscard]] bool is_resumed() const { return tls_ && SSL_session_reused(tls_.get()) == 1; }

    /// Nothing at the end.
    std::string read() {
        std::array<char, 16 * 1024> bytes{};
        const auto got = tls_ ? SSL_read(tls_.get(), bytes.data(), static_cast<int>(bytes.size()))
                              : static_cast<int>(recv(socket_, bytes.data(), bytes.size(), 0));
        return got > 0 ? std::string(bytes.data(), static_cast<std::size_t>(got)) : std::string();
    }

    void write(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto sent =
                tls_ ? SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()))
                     : static_cast<int>(send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
            if (sent <= 0) {
                return;
            }
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

private:
    int socket_;
    Tls tls_;
};

struct Request {
    std::string method;
    std::string target;
    std::string headers; // lines, names in lower case
    std::string body;
};

std::size_t content_length(const std::string& headers) {
    constexpr std::string_view name = "content-length: ";
    const std::size_t at = headers.find(name);
    return at == std::string::npos ? 0 : std::stoul(headers.substr(at + name.size()));
}

/// One request after the other; nothing at the end.
std::optional<Request> read_request(Stream& stream, std::string& buffer) {
    const auto fill_until = [&](const auto& is_enough) {
        while (!is_enough()) {
            const std::string more = stream.read();
            if (more.empty()) {
                return false;
            }
            buffer += more;
        }
        return true;
    };
    const bool has_head = fill_until([&] {
        return buffer.find("\r\n\r\n") != std::string::npos || buffer.starts_with('\x16');
    });
    if (!has_head || buffer.starts_with('\x16')) { // TLS where none is spoken
        stream.write("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
        return std::nullopt;
    }
    Request request;
    const std::size_t head_size = buffer.find("\r\n\r\n") + 4;
    const auto lines = split(std::string_view(buffer).substr(0, head_size), "\r\n");
    const auto words = split(lines.front(), " ");
    request.method = words.at(0);
    request.target = words.at(1);
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const std::size_t colon = lines[i].find(':');
        request.headers += to_lower(lines[i].substr(0, colon)) + lines[i].substr(colon) + "\n";
    }
    const std::size_t size = head_size + content_length(request.headers);
    if (!fill_until([&] { return buffer.size() >= size; })) {
        return std::nullopt;
    }
    request.body = buffer.substr(head_size, size - head_size);
    buffer.erase(0, size);
    return request;
}

struct Reply {
    std::string status = "200 OK";
    std::string headers = "Content-Type: application/json;charset=UTF-8\r\n";
    std::string body = R"({"data":1})";
    std::string raw = {}; // in place of all of the above
    bool closes = false;  // the connection, without saying so
};

/// What a path below /api2/json stands for.
Reply reply_to(const Request& request) {
    constexpr std::string_view api = "/api2/json";
    const std::string path =
        request.target.starts_with(api) ? request.target.substr(api.size()) : std::string("/html");
    const std::map<std::string, Reply> replies = {
        {"/echo", {.body = request.method + "\n" + request.headers + "\n" + request.body}},
        {"/html", {.headers = "Content-Type: text/html\r\n", .body = "<html>Welcome</html>"}},
        {"/redirect",
         {.status = "302 Found",
          .headers = "Location: https://127.0.0.1:1/elsewhere\r\n",
          .body = ""}},
        {"/reason",
         {.status = "500 no such user ('\xE4@pve')",
          .headers = "Connection: close\r\n",
          .body = "",
          .closes = true}},
        {"/dated",
         {.headers = "Content-Type: application/json;charset=UTF-8\r\n"
                     "Date: Fri, 15 Jan 2027 08:00:00 GMT\r\n"}},
        {"/gzip",
         request.headers.find("accept-encoding: gzip") == std::string::npos
             ? Reply{.body = "not asked for"}
             : Reply{.headers = "Content-Encoding: gzip\r\n", .body = from_hex(packed_hex)}},
        {"/large", {.body = std::string(300'000, 'x')}},
        // The request was taken, and its answer never comes, or not all of it, or is none.
        {"/drop", {.closes = true}},
        {"/half", {.raw = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", .closes = true}},
        {"/garbage", {.raw = "\x01\x02 nonsense\r\n\r\n", .closes = true}},
        // Said to stay open, and closed.
        {"/stale", {.closes = true}},
        // As PVE answers what its back daemon executes; it stays open.
        {"/protected", {.headers = "Connection: close\r\nConnection: Keep-Alive\r\n"}},
    };
    const auto found = replies.find(path);
    Reply reply = found == replies.end() ? Reply{} : found->second;
    if (reply.raw.empty() && path != "/drop") {
        reply.raw = fmt::format(
            "HTTP/1.1 {}\r\nContent-Length: {}\r\n{}\r\n{}",
            reply.status,
            reply.body.size(),
            reply.headers,
            reply.body
        );
    }
    return reply;
}

sockaddr_in loopback(std::uint16_t port = 0) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

} // namespace

class TlsServer::Server {
public:
    Server() {
        std::signal(SIGPIPE, SIG_IGN); // clients leave when they like
        std::string pattern =
            (std::filesystem::temp_directory_path() / "pveform-live-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) {
            throw std::runtime_error("no temporary folder");
        }
        folder = pattern;
        constexpr long month = 30L * 24 * 3600;
        const Identity authority = make_identity("Test authority", "", month, nullptr);
        const Identity other = make_identity("Other authority", "", month, nullptr);
        write_pem(folder / "ca.pem", *authority.certificate);
        write_pem(folder / "other-ca.pem", *other.certificate);
        std::ofstream(folder / "nonsense.pem") << "not a certificate\n";
        const std::string here = "DNS:localhost,IP:127.0.0.1";
        listen(Listener::good, make_identity("good", here, month, &authority));
        listen(
            Listener::elsewhere,
            make_identity("elsewhere", "DNS:pve9.example.com,IP:192.0.2.9", month, &authority)
        );
        listen(Listener::expired, make_identity("expired", here, -3600, &authority));
        listen(Listener::plain, {});
        listen(Listener::closed, {});
        listen(Listener::silent, {});
    }

    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    ~Server() {
        {
            const std::lock_guard guard(mutex);
            ending = true;
            for (const int socket : sockets) {
                shutdown(socket, SHUT_RDWR);
            }
        }
        for (std::thread& acceptor : acceptors) {
            acceptor.join();
        }
        for (std::thread& worker : workers) { // no more of them: nobody accepts
            worker.join();
        }
        for (const int socket : sockets) {
            close(socket);
        }
        std::filesystem::remove_all(folder);
    }

    std::filesystem::path folder;
    std::map<Listener, std::uint16_t> ports;
    std::map<Listener, std::string> fingerprints;
    std::vector<std::string> log;
    std::mutex mutex; // of log, sockets, workers, ending

private:
    void listen(Listener listener, const Identity& identity) {
        const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockets.push_back(socket);
        sockaddr_in address = loopback();
        socklen_t size = sizeof address;
        bind(socket, reinterpret_cast<sockaddr*>(&address), size);
        getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
        ports[listener] = ntohs(address.sin_port);
        if (listener == Listener::closed) {
            return;
        }
        ::listen(socket, 16);
        if (listener == Listener::silent) {
            return;
        }
        SSL_CTX* context = nullptr;
        if (identity.certificate) {
            context = contexts.emplace_back(SSL_CTX_new(TLS_server_method())).get();
            SSL_CTX_use_certificate(context, identity.certificate.get());
            SSL_CTX_use_PrivateKey(context, identity.key.get());
            live::Fingerprint fingerprint{};
            X509_digest(identity.certificate.get(), EVP_sha256(), fingerprint.data(), nullptr);
            fingerprints[listener] = live::to_string(fingerprint);
        }
        acceptors.emplace_back([this, socket, context] { accept(socket, context); });
    }

    void accept(int listening, SSL_CTX* context) {
        for (int connection = 1;; ++connection) {
            const int socket = accept4(listening, nullptr, nullptr, SOCK_CLOEXEC);
            const std::lock_guard guard(mutex);
            if (socket < 0 || ending) {
                close(socket);
                return;
            }
            sockets.push_back(socket);
            workers.emplace_back([this, socket, context, connection] {
                serve(socket, context, connection);
                shutdown(socket, SHUT_RDWR);
            });
        }
    }

    void serve(int socket, SSL_CTX* context, int connection) {
        Stream stream(socket, context);
        if (!stream.handshake()) {
            return;
        }
        std::string buffer;
        bool is_deaf = false;
        for (int number = 1;; ++number) {
            const auto request = read_request(stream, buffer);
            if (!request) {
                return;
            }
            {
                const std::lock_guard guard(mutex);
                log.push_back(fmt::format(
                    "{} {} resumed={:d} connection={} request={}",
                    request->method,
                    request->target,
                    stream.is_resumed(),
                    connection,
                    number
                ));
            }
            if (request->target.ends_with("/never")) {
                static_cast<void>(stream.read()); // until the client gives up
            }
            if (is_deaf || request->target.ends_with("/never")) {
                return;
            }
            const Reply reply = reply_to(*request);
            stream.write(reply.raw);
            if (reply.closes) {
                return;
            }
            is_deaf = request->target.ends_with("/deaf"); // to the next request on this connection
        }
    }

    std::vector<TlsContext> contexts;
    std::vector<int> sockets;
    std::vector<std::thread> acceptors;
    std::vector<std::thread> workers;
    bool ending = false;
};

TlsServer::TlsServer() : server_(std::make_unique<Server>()) {}

TlsServer::~TlsServer() = default;

std::filesystem::path TlsServer::file(const std::string& name) const {
    return server_->folder / name;
}

std::string TlsServer::address(Listener listener) const {
    return fmt::format("127.0.0.1:{}", server_->ports.at(listener));
}

std::string TlsServer::fingerprint(Listener listener) const {
    return server_->fingerprints.at(listener);
}

live::Connection TlsServer::connection(Listener listener) const {
    live::Connection connection;
    connection.endpoint = "https://" + address(listener);
    connection.ca_file = file("ca.pem");
    return connection;
}

std::vector<std::string> TlsServer::log() const {
    const std::lock_guard guard(server_->mutex);
    return server_->log;
}

} // namespace pveform::test
