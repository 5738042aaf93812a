// What happens on a connection: TLS, requests one after the other, its end.

#include <string>

#include "catch.hpp"
#include "server_world.hpp"

namespace pveform::simulator {

using namespace test;
using namespace std::chrono_literals;

namespace {

std::string status_of(const std::optional<WireAnswer>& answer) {
    return answer ? answer->status_line() : "no answer";
}

} // namespace

TEST_CASE("the server's certificate is signed by its authority, for localhost", "[simulator]") {
    RunningServer running;
    TlsClient client(running.server().ca_certificate());
    Wire wire(running.server(), client);
    CHECK(wire.is_secure());

    RunningServer other;
    Wire stranger(other.server(), client);
    CHECK_FALSE(stranger.is_secure());
}

TEST_CASE("TLS sessions are resumed", "[simulator]") {
    RunningServer running;
    TlsClient client(running.server().ca_certificate());
    for (const bool is_resumed : {false, true}) {
        Wire wire(running.server(), client);
        REQUIRE(wire.exchange(get("/version")).has_value()); // the ticket comes with it
        CHECK(wire.is_resumed() == is_resumed);
    }
    Wire wire(running.server(), client);
    const std::optional<WireAnswer> log = wire.exchange(control("GET", "/requests"));
    REQUIRE(log.has_value());
    CHECK_THAT(log->body, ContainsSubstring(R"("connections":3,"resumed_sessions":2,"total":2)"));
}

TEST_CASE("a connection carries a hundred requests", "[simulator]") {
    RunningServer running;
    TlsClient client(running.server().ca_certificate());
    Wire wire(running.server(), client);
    for (int i = 1; i < 100; ++i) {
        REQUIRE(wire.exchange(get("/version"))->header("Connection") == "Keep-Alive");
    }
    CHECK(wire.exchange(get("/version"))->header("Connection") == "close");
    CHECK(wire.is_ended());
}

TEST_CASE("writes say close and Keep-Alive, and the connection goes on", "[simulator]") {
    RunningServer running;
    TlsClient client(running.server().ca_certificate());
    Wire wire(running.server(), client);
    for (int i = 0; i < 2; ++i) {
        const auto answer = wire.exchange(request("PUT", "/access/acl", "path=%2F"));
        CHECK(answer->header("Connection") == "close, Keep-Alive");
    }
    CHECK(running.application.executed.size() == 2);
    CHECK(running.application.executed[1] == "PUT /api2/json/access/acl path=%2F");
}

TEST_CASE("requests that come at once are answered in turn", "[simulator]") {
    RunningServer running;
    TlsClient client(running.server().ca_certificate());
    Wire wire(running.server(), client);
    wire.send(request("POST", "/a", "x") + "\r\n" + get("/b") + get("/c"));
    for (int i = 0; i < 3; ++i) {
        CHECK(status_of(wire.receive()) == "HTTP/1.1 200 OK");
    }
    CHECK(running.application.executed.size() == 3);
}

TEST_CASE("a request may come in pieces, with bare line feeds", "[simulator]") {
    RunningServer running;
    TlsClient client(running.server().ca_certificate());
    Wire wire(running.server(), client);
    for (const char* piece :
         {"PU",
          "T /api2/json/a HTTP/1.1\nAuthoriz",
          "ation: x\nContent-Length: 3\n\n",
          "a",
          "=b"}) {
        wire.send(piece);
    }
    CHECK(status_of(wire.receive()) == "HTTP/1.1 200 OK");
    CHECK(running.application.executed[0] == "PUT /api2/json/a a=b");
}

TEST_CASE("a refusal closes the connection, and is not executed", "[simulator]") {
    RunningServer running;
    TlsClient client(running.server().ca_certificate());
    const std::string no_credentials = "GET /api2/json/a HTTP/1.1\r\n\r\n";
    for (const auto& [sent, status] : {
             std::pair{no_credentials, "HTTP/1.1 401 No ticket"},
             std::pair{std::string("nonsense\r\n\r\n"), "HTTP/1.0 400 bad request"},
             std::pair{
                 request("DELETE", "/a", "x"),
                 "HTTP/1.1 501 Unexpected content for method 'DELETE'"},
         }) {
        Wire wire(running.server(), client);
        const auto answer = wire.exchange(sent);
        CHECK(status_of(answer) == status);
        CHECK(answer->header("Connection") == "close");
        CHECK(wire.is_ended());
        CHECK(wire.was_farewell());
    }
    CHECK(running.application.executed.empty());
}

TEST_CASE("a refusal reaches a client that is still sending", "[simulator]") {
    RunningServer running;
    TlsClient client(running.server().ca_certificate());
    Wire wire(running.server(), client);
    const auto answer = wire.exchange(request("PUT", "/a", std::string(524'289, 'x')));
    CHECK(status_of(answer) == "HTTP/1.1 501 for data too large");
}

TEST_CASE("a body of 512 KiB arrives whole", "[simulator]") {
    RunningServer running;
    TlsClient client(running.server().ca_certificate());
    Wire wire(running.server(), client);
    const std::string body(524'288, 'x');
    CHECK(status_of(wire.exchange(request("PUT", "/a", body))) == "HTTP/1.1 200 OK");
    CHECK(running.application.executed[0] == "PUT /api2/json/a " + body);
}

TEST_CASE("a large answer arrives whole, compressed or not", "[simulator]") {
    RunningServer running;
    running.application.body = std::string(3'000'000, 'x');
    TlsClient client(running.server().ca_certificate());
    Wire wire(running.server(), client);
    CHECK(wire.exchange(get("/a"))->body.size() == 3'000'000);
    const auto compressed = wire.exchange(
        "GET /api2/json/a HTTP/1.1\r\nAuthorization: x\r\nAccept-Encoding: deflate, gzip\r\n\r\n"
    );
    CHECK(compressed->header("Content-Encoding") == "gzip");
    CHECK(compressed->body.size() < 10'000);
}

TEST_CASE("without TLS a client is sent to where TLS is", "[simulator]") {
    RunningServer running;
    const auto redirection = [&](const std::string& text) {
        Wire wire(running.server());
        const auto answer = wire.exchange(text);
        REQUIRE(answer.has_value());
        CHECK(answer->header("Connection") == "Keep-Alive");
        CHECK(wire.is_ended());
        return answer->status() + " " + answer->header("Location") + " " + answer->body;
    };
    CHECK(
        redirection("GET /a?b=c HTTP/1.1\r\nHost: pve:8006\r\n\r\n") ==
        "301 https://pve:8006/a?b=c Moved Permanently"
    );
    CHECK(
        redirection("PUT /a HTTP/1.1\r\nHost: http://pve\r\n\r\n") ==
        "308 https://pve/a Permanent Redirect"
    );
    Wire wire(running.server());
    CHECK(
        status_of(wire.exchange("HEAD /a HTTP/1.1\r\nHost: pve\r\n\r\n")) ==
        "HTTP/1.1 501 method 'HEAD' not available"
    );
    CHECK(running.application.executed.empty());
}

TEST_CASE("silence ends a connection, wherever the client falls silent", "[simulator]") {
    RunningServer running({.idle_time = 100ms});
    TlsClient client(running.server().ca_certificate());
    SECTION("before the first byte") {
        Wire wire(running.server());
        CHECK(wire.is_ended());
    }
    SECTION("without TLS and without a Host, which PVE cannot answer") {
        Wire wire(running.server());
        wire.send("GET /a HTTP/1.1\r\n\r\n");
        CHECK(wire.is_ended());
    }
    SECTION("before a request, within a head, within a body, beyond the limits") {
        std::string too_many = "GET /api2/json/a HTTP/1.1\r\n";
        for (int i = 0; i < 63; ++i) {
            too_many += "X: v\r\n";
        }
        for (const std::string& sent :
             {std::string(),
              std::string("GET /api2"),
              std::string("PUT /a HTTP/1.1\r\nAuthorization: x\r\nContent-Length: 9\r\n\r\nabc"),
              too_many + "\r\n"}) {
            INFO(sent);
            Wire wire(running.server(), client);
            wire.send(sent);
            CHECK(wire.is_ended());
        }
    }
    SECTION("between two requests") {
        Wire wire(running.server(), client);
        CHECK(status_of(wire.exchange(get("/a"))) == "HTTP/1.1 200 OK");
        CHECK(wire.is_ended());
    }
}

TEST_CASE("on a kept connection a head beyond the limits turns into a new request", "[simulator]") {
    RunningServer running;
    TlsClient client(running.server().ca_certificate());
    Wire wire(running.server(), client);
    REQUIRE(wire.exchange(get("/a")).has_value());
    std::string head = "GET /api2/json/a HTTP/1.1\r\n";
    for (int i = 0; i < 65; ++i) {
        head += "X: v\r\n";
    }
    CHECK(status_of(wire.exchange(head + "\r\n")) == "HTTP/1.0 400 bad request");
}

TEST_CASE("a delayed refusal keeps nobody else waiting", "[simulator]") {
    RunningServer running({.refusal_delay = 1h});
    TlsClient client(running.server().ca_certificate());
    Wire refused(running.server(), client);
    refused.send("GET /api2/json/a HTTP/1.1\r\n\r\n");
    Wire other(running.server(), client);
    CHECK(status_of(other.exchange(get("/a"))) == "HTTP/1.1 200 OK");
} // and the server stops although somebody waits

TEST_CASE("two servers cannot share a port", "[simulator]") {
    RunningServer running;
    StandIn application;
    const auto second = Server::listen({.port = running.server().port()}, application);
    REQUIRE_FALSE(second.has_value());
    CHECK_THAT(second.error().message, ContainsSubstring("cannot listen on 127.0.0.1:"));
}

} // namespace pveform::simulator
