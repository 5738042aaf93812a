// Faults, as a client meets them, and the control endpoint that asks for them.

#include <string>

#include "catch.hpp"
#include "server_world.hpp"

namespace pveform::simulator {

using namespace test;

namespace {

/// A server, a client, and a fault that waits for `PUT /a`.
struct Trouble {
    explicit Trouble(const std::string& fault) : client(running.server().ca_certificate()) {
        Wire wire(running.server(), client);
        const auto answer = wire.exchange(
            control("POST", "/faults", R"({"method": "PUT", "path": "/a", )" + fault + "}")
        );
        REQUIRE(answer.has_value());
        REQUIRE(answer->status() == "200");
    }

    std::optional<WireAnswer> put() {
        Wire wire(running.server(), client);
        return wire.exchange(request("PUT", "/a", "x=1"));
    }

    [[nodiscard]] std::vector<std::string> executed() const { return running.application.executed; }

    RunningServer running;
    TlsClient client;
};

const std::vector<std::string> nothing;
const std::vector<std::string> the_write = {"PUT /api2/json/a x=1"};

} // namespace

TEST_CASE("an answer can come instead of the write, or of its own answer", "[simulator]") {
    for (const bool is_applied : {false, true}) {
        Trouble trouble(
            R"("fault": "answer", "status": 596, "when": )" +
            std::string(is_applied ? R"("after")" : R"("before")")
        );
        const auto answer = trouble.put();
        REQUIRE(answer.has_value());
        CHECK(answer->status_line() == "HTTP/1.1 596 Connection timed out");
        CHECK(answer->header("Connection") == "close");
        CHECK(answer->body.empty());
        CHECK(trouble.executed() == (is_applied ? the_write : nothing));
        CHECK(trouble.put()->status() == "200");
    }
}

TEST_CASE("a connection can drop before and after the write", "[simulator]") {
    for (const bool is_applied : {false, true}) {
        Trouble trouble(
            R"("fault": "drop", "when": )" + std::string(is_applied ? R"("after")" : R"("before")")
        );
        Wire wire(trouble.running.server(), trouble.client);
        wire.send(request("PUT", "/a", "x=1"));
        CHECK(wire.is_ended());
        CHECK_FALSE(wire.was_farewell());
        CHECK(trouble.executed() == (is_applied ? the_write : nothing));
    }
}

TEST_CASE("a lock time-out leaves everything as it was", "[simulator]") {
    Trouble trouble(R"("fault": "lock-timeout")");
    const auto answer = trouble.put();
    CHECK(
        answer->status_line() ==
        "HTTP/1.1 500 cfs-lock 'file-user_cfg' error: got lock request timeout"
    );
    CHECK(trouble.executed() == nothing);
}

TEST_CASE("somebody else can write between two requests", "[simulator]") {
    Trouble trouble(R"("fault": "writer", "request": {"method": "DELETE", "path": "/b"})");
    CHECK(trouble.put()->status() == "200");
    CHECK(
        trouble.executed() ==
        std::vector<std::string>{"root: DELETE /api2/json/b", "PUT /api2/json/a x=1"}
    );
}

TEST_CASE("a body can be cut off", "[simulator]") {
    Trouble trouble(R"("fault": "truncate")");
    Wire wire(trouble.running.server(), trouble.client);
    wire.send(request("PUT", "/a", "x=1"));
    while (wire.fill()) {
    }
    const std::string body = R"({"data":null})";
    CHECK_THAT(wire.unread(), ContainsSubstring("Content-Length: " + std::to_string(body.size())));
    CHECK(wire.unread().ends_with("\r\n\r\n" + body.substr(0, body.size() / 2)));
}

TEST_CASE("a body can be HTML", "[simulator]") {
    Trouble trouble(R"("fault": "html")");
    const auto answer = trouble.put();
    CHECK(answer->status() == "200");
    CHECK(answer->header("Content-Type") == "text/html; charset=utf-8");
    CHECK(answer->body.starts_with("<!DOCTYPE html>"));
}

TEST_CASE("a body can have no end", "[simulator]") {
    Trouble trouble(R"("fault": "endless")");
    Wire wire(trouble.running.server(), trouble.client);
    wire.send(request("PUT", "/a", "x=1"));
    while (wire.unread().size() < 10'000'000) {
        REQUIRE(wire.fill());
    }
    CHECK_THAT(wire.unread().substr(0, 1000), !ContainsSubstring("Content-Length"));
    CHECK_THAT(wire.unread().substr(0, 1000), ContainsSubstring(R"({"data":null}   )"));
}

TEST_CASE("a body can come byte by byte, and late", "[simulator]") {
    Trouble trouble(R"("fault": "trickle", "milliseconds": 1)");
    CHECK(trouble.put()->body == R"({"data":null})");
    Trouble late(R"("fault": "latency", "milliseconds": 1, "when": "after")");
    CHECK(late.put()->status() == "200");
}

TEST_CASE("a certificate can change, to one that is trusted or not", "[simulator]") {
    for (const bool is_foreign : {false, true}) {
        Trouble trouble(
            R"("fault": "certificate", "issuer": )" +
            std::string(is_foreign ? R"("foreign")" : R"("same")")
        );
        CHECK(trouble.put()->header("Connection") == "close");
        Wire wire(trouble.running.server(), trouble.client);
        CHECK(wire.is_secure() == !is_foreign);
        CHECK_FALSE(wire.is_resumed());
    }
}

TEST_CASE("a refused request neither meets nor uses up a fault", "[simulator]") {
    Trouble trouble(R"("fault": "drop")");
    Wire wire(trouble.running.server(), trouble.client);
    CHECK(wire.exchange("PUT /api2/json/a HTTP/1.1\r\n\r\n")->status() == "401");
    CHECK_FALSE(trouble.put().has_value());
}

TEST_CASE("the control endpoint tells what was asked for, and forgets it", "[simulator]") {
    RunningServer running;
    TlsClient client(running.server().ca_certificate());
    Wire wire(running.server(), client);
    wire.exchange(get("/access/users/a%40pve?full=1"));
    CHECK(
        wire.exchange(control("GET", "/requests"))->body ==
        R"({"data":{"connections":1,"resumed_sessions":0,"total":1,"requests":)"
        R"([{"method":"GET","path":"/access/users/a@pve","query":"full=1","status":200}]}})"
    );
    CHECK(wire.exchange(control("DELETE", "/requests"))->status() == "200");
    CHECK_THAT(
        wire.exchange(control("GET", "/requests"))->body,
        ContainsSubstring(R"("total":0,"requests":[])")
    );
}

TEST_CASE("the control endpoint lists faults, and forgets them", "[simulator]") {
    Trouble trouble(R"("fault": "drop", "nth": 2)");
    CHECK(trouble.put()->status() == "200");
    Wire wire(trouble.running.server(), trouble.client);
    CHECK(
        wire.exchange(control("GET", "/faults"))->body ==
        R"({"data":[{"fault":"drop","method":"PUT","path":"/a","nth":2,"times":1,"seen":1}]})"
    );
    CHECK(wire.exchange(control("DELETE", "/faults"))->status() == "200");
    CHECK(wire.exchange(control("GET", "/faults"))->body == R"({"data":[]})");
    CHECK(trouble.put()->status() == "200");
}

TEST_CASE("the control endpoint shifts the clock", "[simulator]") {
    RunningServer running;
    TlsClient client(running.server().ca_certificate());
    Wire wire(running.server(), client);
    CHECK(wire.exchange(control("PUT", "/clock", R"({"offset_seconds": -90})"))->status() == "200");
    CHECK(running.application.clock_offset == std::chrono::seconds(-90));
}

TEST_CASE("the control endpoint refuses what it does not know", "[simulator]") {
    RunningServer running;
    TlsClient client(running.server().ca_certificate());
    const auto status_line = [&](const std::string& text) {
        Wire wire(running.server(), client);
        return wire.exchange(text)->status_line();
    };
    CHECK(
        status_line(control("POST", "/faults", R"({"fault": "dorp"})")) ==
        "HTTP/1.1 400 unknown fault `dorp`; did you mean `drop`?"
    );
    CHECK(
        status_line(control("GET", "/nope")) ==
        "HTTP/1.1 404 the simulator knows no `GET /simulator/nope`"
    );
    CHECK(
        status_line(control("PUT", "/clock", "{}")) == "HTTP/1.1 400 give {\"offset_seconds\": N}"
    );
}

} // namespace pveform::simulator
