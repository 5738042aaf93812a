// A server with a stand-in for the API, and a client that sends what it is told to, byte for byte.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "catch.hpp"

#include "simulator/server.hpp"

namespace pveform::simulator::test {

/// Takes notes, and answers what the test tells it to. Asked by one thread at a time.
class StandIn final : public Application {
public:
    std::optional<Response> answer_early(const RequestHead& head) override {
        return head.header("Authorization") ? std::nullopt
                                            : std::optional(Response{
                                                  .status = 401,
                                                  .reason = "No ticket",
                                                  .persistence = Persistence::close,
                                                  .delayed = true});
    }

    Response answer(const Request& request) override {
        executed.push_back(request.head.method + " " + request.head.target + " " + request.body);
        return Response{
            .content_type = "application/json;charset=UTF-8",
            .body = body,
            .persistence = request.head.method == "GET" ? Persistence::keep_alive
                                                        : Persistence::close_and_keep_alive};
    }

    Response answer_as_root(const Request& request) override {
        executed.push_back("root: " + request.head.method + " " + request.head.target);
        return {};
    }

    void set_clock_offset(std::chrono::seconds offset) override { clock_offset = offset; }

    std::string body = R"({"data":null})";
    std::vector<std::string> executed;
    std::chrono::seconds clock_offset{0};
};

/// Serves while it exists.
class RunningServer {
public:
    explicit RunningServer(const ServerSettings& settings = {.refusal_delay = {}}) {
        Result<std::unique_ptr<Server>> made = Server::listen(settings, application);
        REQUIRE(made.has_value());
        server_ = *std::move(made);
        thread_ = std::thread([this] { server_->run(); });
    }

    ~RunningServer() {
        server_->stop();
        thread_.join();
    }

    RunningServer(const RunningServer&) = delete;
    RunningServer& operator=(const RunningServer&) = delete;
    RunningServer(RunningServer&&) = delete;
    RunningServer& operator=(RunningServer&&) = delete;

    [[nodiscard]] Server& server() { return *server_; }

    StandIn application; // looked at while no request is under way

private:
    std::unique_ptr<Server> server_;
    std::thread thread_;
};

struct WireAnswer {
    std::string head;
    std::string body;

    [[nodiscard]] std::string status_line() const { return head.substr(0, head.find("\r\n")); }

    [[nodiscard]] std::string status() const { return head.substr(head.find(' ') + 1, 3); }

    /// All values of a header, joined with `, `.
    [[nodiscard]] std::string header(const std::string& name) const {
        std::string result;
        const std::string mark = "\r\n" + name + ": ";
        for (auto at = head.find(mark); at != std::string::npos; at = head.find(mark, at + 1)) {
            const auto start = at + mark.size();
            result +=
                (result.empty() ? "" : ", ") + head.substr(start, head.find("\r\n", start) - start);
        }
        return result;
    }
};

/// One TLS client's settings: what it trusts, the sessions that it remembers.
class TlsClient {
public:
    explicit TlsClient(const std::string& ca_pem) : context_(SSL_CTX_new(TLS_client_method())) {
        const std::unique_ptr<BIO, decltype(&BIO_free)> memory(
            BIO_new_mem_buf(ca_pem.data(), static_cast<int>(ca_pem.size())), &BIO_free
        );
        const std::unique_ptr<X509, decltype(&X509_free)> ca(
            PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr), &X509_free
        );
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context_.get()), ca.get());
        SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
        SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_CLIENT);
    }

    [[nodiscard]] SSL_CTX* get() const { return context_.get(); }

    std::shared_ptr<SSL_SESSION> session; // of the last connection that was closed

private:
    struct Deleter {
        void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    };

    std::unique_ptr<SSL_CTX, Deleter> context_;
};

/// One connection. Waits at most 20 s for anything.
class Wire {
public:
    /// In the clear.
    explicit Wire(Server& server) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const timeval patience = {.tv_sec = 20, .tv_usec = 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_port = htons(server.port());
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(
            ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0
        );
    }

    /// With TLS, verified; `is_secure` says how that went.
    Wire(Server& server, TlsClient& client) : Wire(server) {
        client_ = &client;
        tls_.reset(SSL_new(client.get()));
        SSL_set1_host(tls_.get(), "localhost");
        SSL_set_fd(tls_.get(), socket_);
        if (client.session) {
            SSL_set_session(tls_.get(), client.session.get());
        }
        is_secure_ = SSL_connect(tls_.get()) == 1;
    }

    ~Wire() {
        if (is_secure_) {
            client_->session.reset(SSL_get1_session(tls_.get()), &SSL_SESSION_free);
            SSL_shutdown(tls_.get());
        }
        ::close(socket_);
    }

    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;
    Wire(Wire&&) = delete;
    Wire& operator=(Wire&&) = delete;

    [[nodiscard]] bool is_secure() const { return is_secure_; }

    [[nodiscard]] bool is_resumed() const { return SSL_session_reused(tls_.get()) == 1; }

    void send(std::string_view text) {
        if (tls_) {
            SSL_write(tls_.get(), text.data(), static_cast<int>(text.size()));
        } else {
            REQUIRE(::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) >= 0);
        }
    }

    /// The next answer; nothing if the connection ended before it was whole.
    std::optional<WireAnswer> receive() {
        while (unread_.find("\r\n\r\n") == std::string::npos) {
            if (!fill()) {
                return std::nullopt;
            }
        }
        const auto end = unread_.find("\r\n\r\n") + 4;
        WireAnswer answer{.head = unread_.substr(0, end), .body = {}};
        unread_.erase(0, end);
        const std::string length = answer.header("Content-Length");
        if (length.empty()) {
            while (fill()) {
            }
            answer.body = std::exchange(unread_, {});
            return answer;
        }
        const std::size_t size = std::stoul(length);
        while (unread_.size() < size) {
            if (!fill()) {
                return std::nullopt;
            }
        }
        answer.body = unread_.substr(0, size);
        unread_.erase(0, size);
        return answer;
    }

    std::optional<WireAnswer> exchange(std::string_view request) {
        send(request);
        return receive();
    }

    /// Whether the server ends the connection without another byte.
    bool is_ended() { return unread_.empty() && !fill() && !has_timed_out_; }

    /// Whether the last end came with a farewell.
    [[nodiscard]] bool was_farewell() const {
        return (SSL_get_shutdown(tls_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
    }

    /// One more read; what came is in `unread`.
    bool fill() {
        char buffer[16 * 1024];
        const long size = tls_ ? SSL_read(tls_.get(), buffer, sizeof buffer)
                               : ::recv(socket_, buffer, sizeof buffer, 0);
        has_timed_out_ = size < 0 && errno == EAGAIN;
        if (size > 0) {
            unread_.append(buffer, static_cast<std::size_t>(size));
        }
        return size > 0;
    }

    [[nodiscard]] const std::string& unread() const { return unread_; }

private:
    struct Deleter {
        void operator()(SSL* session) const { SSL_free(session); }
    };

    int socket_;
    TlsClient* client_ = nullptr;
    std::unique_ptr<SSL, Deleter> tls_;
    bool is_secure_ = false;
    bool has_timed_out_ = false;
    std::string unread_;
};

/// With a credential that the stand-in takes.
inline std::string
request(const std::string& method, const std::string& path, const std::string& body = "") {
    return method + " /api2/json" + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: x\r\n" +
           (body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n") +
           "\r\n" + body;
}

inline std::string get(const std::string& path) {
    return request("GET", path);
}

/// To the control endpoint.
inline std::string
control(const std::string& method, const std::string& path, const std::string& body = "") {
    return method + " /simulator" + path + " HTTP/1.1\r\n" +
           (body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n") +
           "\r\n" + body;
}

} // namespace pveform::simulator::test
