#include "live/api_transport.hpp"

#include "catch.hpp"
#include "live/fake_http.hpp"
#include "live/observer.hpp"
#include "live/response.hpp"
#include "support/fake_clock.hpp"

namespace pveform::live {

namespace {

using test::Answer;
using test::FakeClock;
using test::FakeHttp;

const std::string secret = "01234567-89ab-4cde-8f01-23456789abcd";

Credentials token() {
    return ApiToken{"ci@pve!plan", Secret(secret)};
}

ApiTransport
transport(FakeHttp::Wire& wire, Clock& clock, const Credentials& credentials = token()) {
    auto authentication = authenticate(credentials, clock);
    REQUIRE(authentication.has_value());
    return {std::make_unique<FakeHttp>(wire), std::move(*authentication), clock};
}

} // namespace

TEST_CASE("a token goes with every request", "[live]") {
    FakeHttp::Wire wire;
    FakeClock clock;
    ApiTransport pve = transport(wire, clock);
    CHECK(pve.get("/version").has_value());
    CHECK(pve.send(Method::remove, "/access/groups/ops", {}).has_value());
    CHECK(wire.requests == std::vector<std::string>{"GET /version", "DELETE /access/groups/ops"});
    for (const auto& headers : wire.headers) {
        CHECK(headers == std::vector{"Authorization: PVEAPIToken=ci@pve!plan=" + secret});
    }
}

TEST_CASE("signs that PVE takes for its own are escaped in a token's id", "[live]") {
    FakeHttp::Wire wire;
    FakeClock clock;
    ApiTransport pve = transport(wire, clock, ApiToken{"ab%c@pve!t1", Secret(secret)});
    CHECK(pve.get("/version").has_value());
    CHECK(wire.headers[0][0] == "Authorization: PVEAPIToken=ab%25c@pve!t1=" + secret);
}

TEST_CASE("a token that cannot be one is refused before anything is sent", "[live]") {
    FakeClock clock;
    for (const auto* bad : {"", "a b", "a\r\nX-Injected: yes", "a;b", "\xC3\xA4", "%41"}) {
        const auto authentication = authenticate(ApiToken{"ci@pve!plan", Secret(bad)}, clock);
        REQUIRE_FALSE(authentication.has_value());
        CHECK(authentication.error().kind == ErrorKind::usage);
        CHECK(authentication.error().message.find("Injected") == std::string::npos);
    }
    for (const auto* id : {"", "ci@pve", "ci!plan", "ci@pve!plan\r\nX: y"}) {
        CHECK_FALSE(authenticate(ApiToken{id, Secret(secret)}, clock).has_value());
    }
}

TEST_CASE("a token that PVE does not accept is told with the usual causes", "[live]") {
    FakeHttp::Wire wire;
    FakeClock clock;
    ApiTransport pve = transport(wire, clock);
    wire.answers = {Answer::bare(401, "Authentication failed!")};
    const auto response = pve.get("/version");
    REQUIRE_FALSE(response.has_value());
    CHECK(response.error().kind == ErrorKind::authentication);
    CHECK(response.error().status == 401);
    CHECK(
        response.error().message == "PVE does not accept the API token `ci@pve!plan`: PVE answered "
                                    "401: Authentication failed!"
    );
    CHECK_THAT(response.error().help, ContainsSubstring("pveum user token list 'ci@pve'"));
    CHECK(response.error().help.find(secret) == std::string::npos);
    CHECK(wire.requests.size() == 1);
}

TEST_CASE("the login page of a gateway is not taken for PVE's refusal", "[live]") {
    FakeHttp::Wire wire;
    FakeClock clock;
    ApiTransport pve = transport(wire, clock);
    wire.answers = {{.status = 401, .body = "<html>", .content_type = "text/html"}};
    const auto data = data_of(pve.get("/version"), "read the version");
    REQUIRE_FALSE(data.has_value());
    CHECK(data.error().kind == ErrorKind::authentication);
    CHECK_THAT(data.error().help, ContainsSubstring("gateway"));
}

TEST_CASE("without credentials PVE's refusal explains what it accepts", "[live]") {
    FakeHttp::Wire wire;
    FakeClock clock;
    ApiTransport pve = transport(wire, clock, NoCredentials{});
    wire.answers = {Answer::bare(401, "No ticket")};
    const auto response = pve.get("/version");
    REQUIRE_FALSE(response.has_value());
    CHECK(response.error().kind == ErrorKind::authentication);
    CHECK_THAT(response.error().help, ContainsSubstring("`X-APIKey` is ignored"));
    CHECK_THAT(response.error().help, ContainsSubstring("PVEFORM_API_TOKEN"));
    CHECK(wire.headers[0].empty());
}

TEST_CASE("a read is tried again where the failure may pass", "[live]") {
    FakeHttp::Wire wire;
    FakeClock clock;
    ApiTransport pve = transport(wire, clock);
    const auto failure = GENERATE(
        Answer::lost(),
        Answer::lost(ErrorKind::unreachable),
        Answer::bare(595, "Connection refused"),
        Answer::bare(596, "gone"),
        Answer::bare(599, "gone"),
        Answer::bare(502, "Bad Gateway"),
        Answer::bare(503, "Service Unavailable"),
        Answer::bare(504, "Gateway Time-out"),
        Answer::bare(429, "Too Many Requests")
    );
    wire.answers = {failure, failure, Answer::data("7")};
    const auto response = pve.get("/version");
    REQUIRE(response.has_value());
    CHECK(response->body == R"({"data":7})");
    CHECK(wire.requests.size() == 3);
    // 200 and 400 ms, each half to one and a half times.
    CHECK(clock.slept() >= std::chrono::milliseconds(300));
    CHECK(clock.slept() <= std::chrono::milliseconds(900));
}

TEST_CASE("a read that keeps failing is given up, with the last failure", "[live]") {
    FakeHttp::Wire wire;
    FakeClock clock;
    ApiTransport pve = transport(wire, clock);
    const Answer busy = Answer::bare(595, "Connection refused");
    wire.answers = {busy, busy, busy, busy, busy, busy};
    const auto response = pve.get("/version");
    REQUIRE(response.has_value());
    CHECK(response->status == 595);
    CHECK(wire.requests.size() == 4);
    CHECK(clock.slept() <= std::chrono::milliseconds(2100));
}

TEST_CASE("what will not pass is not tried again", "[live]") {
    FakeHttp::Wire wire;
    FakeClock clock;
    ApiTransport pve = transport(wire, clock);
    wire.answers = {GENERATE(
        Answer::bare(400, "no"),
        Answer::bare(401, "no"),
        Answer::bare(403, "no"),
        Answer::bare(500, "no"),
        Answer::bare(501, "no")
    )};
    static_cast<void>(pve.get("/version"));
    wire.failures_may_pass = false;
    wire.answers = {Answer::lost()};
    CHECK_FALSE(pve.get("/version").has_value());
    CHECK(wire.requests.size() == 2);
    CHECK(clock.slept().count() == 0);
}

TEST_CASE("a write is never tried again", "[live]") {
    FakeHttp::Wire wire;
    FakeClock clock;
    ApiTransport pve = transport(wire, clock);
    wire.answers = {
        Answer::lost(),
        Answer::lost(ErrorKind::unreachable),
        Answer::bare(595, "no"),
        Answer::bare(596, "gone")};
    CHECK(pve.send(Method::post, "/a", {}).error().kind == ErrorKind::connection);
    CHECK(pve.send(Method::put, "/b", {}).error().kind == ErrorKind::unreachable);
    CHECK(pve.send(Method::remove, "/c", {})->status == 595);
    CHECK(pve.send(Method::post, "/d", {})->status == 596);
    CHECK(wire.requests == std::vector<std::string>{"POST /a", "PUT /b", "DELETE /c", "POST /d"});
}

namespace {

struct Notes : Observer {
    std::vector<std::string> lines;

    void exchanged(const Exchange& exchange) override {
        lines.push_back(
            std::string(exchange.method) + " " + std::string(exchange.path) + " [" +
            shown(exchange.parameters) + "] " + std::to_string(exchange.status) + " " +
            std::string(exchange.words) + " " + std::to_string(exchange.body_bytes)
        );
    }
};

} // namespace

TEST_CASE("an observer is told of every exchange, and of no secret", "[live]") {
    FakeHttp::Wire wire;
    FakeClock clock;
    Notes notes;
    auto authentication = authenticate(token(), clock);
    ApiTransport pve(
        observed(std::make_unique<FakeHttp>(wire), notes), std::move(*authentication), clock
    );
    wire.answers = {
        Answer::bare(595, "Connection refused"),
        Answer::data("1"),
        Answer::data("null"),
        Answer::lost()};
    static_cast<void>(pve.get("/access/users", {{"full", "1"}}));
    const Secret password("hunter2");
    static_cast<void>(
        pve.send(Method::post, "/access/users", {{"userid", "a\x1b@pve"}, {"password", &password}})
    );
    static_cast<void>(pve.send(Method::remove, "/access/groups/x", {}));
    CHECK(
        notes.lines ==
        std::vector<std::string>{
            "GET /access/users [full=1] 595 Connection refused 0",
            "GET /access/users [full=1] 200 OK 10",
            "POST /access/users [userid=a\\x1b@pve password=***] 200 OK 13",
            "DELETE /access/groups/x [] 0 no answer 0",
        }
    );
}

} // namespace pveform::live
