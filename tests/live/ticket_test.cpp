#include <algorithm>

#include "catch.hpp"
#include "live/api_transport.hpp"
#include "live/fake_http.hpp"
#include "support/fake_clock.hpp"

namespace pveform::live {

namespace {

using test::Answer;
using test::FakeClock;
using test::FakeHttp;

const std::string half_ticket =
    "PVE:!tfa!%7B%22totp%22%3Atrue%2C%22recovery%22%3A%5B1%2C2%5D%7D:67000000::c2ln";

Answer session(const std::string& ticket, const std::string& csrf = "67000000:csrf") {
    return Answer::data(
        R"({"username":"root@pam","ticket":")" + ticket + R"(","CSRFPreventionToken":")" + csrf +
        R"(","cap":{}})"
    );
}

Answer challenge(const std::string& ticket) {
    return Answer::data(
        R"({"username":"root@pam","ticket":")" + ticket +
        R"(","CSRFPreventionToken":"67000000:x","NeedTFA":1})"
    );
}

struct Person {
    FakeHttp::Wire wire;
    FakeClock clock;
    std::vector<std::string> questions;
    std::string code = "123456";
    std::string password = "hunter2";

    ApiTransport connected(bool at_the_keyboard = true) {
        Login login{"root@pam", Secret(password), {}};
        if (at_the_keyboard) {
            login.ask_second_factor = [this](const std::string& question) -> Result<Secret> {
                questions.push_back(question);
                return Secret(code);
            };
        }
        auto authentication = authenticate(std::move(login), clock);
        REQUIRE(authentication.has_value());
        return {std::make_unique<FakeHttp>(wire), std::move(*authentication), clock};
    }
};

const std::string login_request = "POST /access/ticket username=root@pam password=***";

} // namespace

TEST_CASE("a session is opened with the first request and kept", "[live]") {
    Person person;
    ApiTransport pve = person.connected();
    person.wire.answers = {session("PVE:root@pam:67000000::c2ln+/=")};
    CHECK(pve.get("/version").has_value());
    CHECK(pve.get("/access/acl").has_value());
    CHECK(
        person.wire.requests ==
        std::vector<std::string>{login_request, "GET /version", "GET /access/acl"}
    );
    CHECK(person.wire.passwords == std::vector<std::string>{"hunter2"});
    CHECK(person.wire.headers[0].empty());
    for (const std::size_t request : {1U, 2U}) {
        CHECK(
            person.wire.headers[request] ==
            std::vector<std::string>{
                "Cookie: PVEAuthCookie=PVE%3Aroot%40pam%3A67000000%3A%3Ac2ln%2B%2F%3D"}
        );
    }
    CHECK(person.questions.empty());
}

TEST_CASE("writes carry the token against forged requests", "[live]") {
    Person person;
    ApiTransport pve = person.connected();
    person.wire.answers = {session("PVE:t", "67000000:abc")};
    CHECK(pve.send(Method::post, "/access/groups", {{"groupid", "g"}}).has_value());
    CHECK(
        person.wire.headers[1] ==
        std::vector<std::string>{
            "Cookie: PVEAuthCookie=PVE%3At", "CSRFPreventionToken: 67000000:abc"}
    );
}

TEST_CASE("a session is renewed by its own ticket before it ends", "[live]") {
    Person person;
    ApiTransport pve = person.connected();
    person.wire.answers = {session("PVE:first"), Answer{}, Answer{}, session("PVE:second")};
    CHECK(pve.get("/a").has_value());
    person.clock.advance(5399);
    CHECK(pve.get("/b").has_value());
    person.clock.advance(1);
    CHECK(pve.get("/c").has_value());
    CHECK(
        person.wire.requests ==
        std::vector<std::string>{login_request, "GET /a", "GET /b", login_request, "GET /c"}
    );
    CHECK(person.wire.passwords == std::vector<std::string>{"hunter2", "PVE:first"});
    CHECK(
        person.wire.headers.back() == std::vector<std::string>{"Cookie: PVEAuthCookie=PVE%3Asecond"}
    );
}

TEST_CASE("a session that cannot be renewed is opened anew", "[live]") {
    Person person;
    ApiTransport pve = person.connected();
    person.wire.answers = {
        session("PVE:first"),
        Answer{},
        Answer::failure(401, "authentication failure"),
        session("PVE:second")};
    CHECK(pve.get("/a").has_value());
    person.clock.advance(3 * 3600);
    CHECK(pve.get("/b").has_value());
    CHECK(person.wire.passwords == std::vector<std::string>{"hunter2", "PVE:first", "hunter2"});
}

TEST_CASE("a second factor is asked for", "[live]") {
    Person person;
    ApiTransport pve = person.connected();
    person.wire.answers = {challenge(half_ticket), session("PVE:whole")};
    SECTION("a one-time code") {
        person.code = " 123456\n";
        CHECK(pve.get("/a").has_value());
        CHECK(person.wire.passwords.back() == "totp:123456");
    }
    SECTION("a recovery key") {
        person.code = "4f2a-9c11-0b3d-77e0";
        CHECK(pve.get("/a").has_value());
        CHECK(person.wire.passwords.back() == "recovery:4f2a-9c11-0b3d-77e0");
    }
    CHECK(person.wire.requests[1] == login_request + " tfa-challenge=***");
    CHECK(
        person.questions == std::vector<std::string>{"One-time code or recovery key of root@pam: "}
    );
    CHECK(
        person.wire.headers.back() == std::vector<std::string>{"Cookie: PVEAuthCookie=PVE%3Awhole"}
    );
}

TEST_CASE("a second factor that is wrong is told", "[live]") {
    Person person;
    ApiTransport pve = person.connected();
    person.wire.answers = {challenge(half_ticket), Answer::failure(401, "authentication failure")};
    const auto response = pve.get("/a");
    REQUIRE_FALSE(response.has_value());
    CHECK(response.error().kind == ErrorKind::authentication);
    CHECK_THAT(response.error().help, ContainsSubstring("code is wrong"));
}

TEST_CASE("a second factor without anybody to type it points at API tokens", "[live]") {
    Person person;
    ApiTransport pve = person.connected(false);
    person.wire.answers = {challenge(half_ticket)};
    const auto response = pve.get("/a");
    REQUIRE_FALSE(response.has_value());
    CHECK(response.error().kind == ErrorKind::authentication);
    CHECK_THAT(response.error().help, ContainsSubstring("API token"));
    CHECK(person.wire.requests.size() == 1);
}

TEST_CASE("a second factor that only a browser has is told", "[live]") {
    Person person;
    ApiTransport pve = person.connected();
    person.wire.answers = {challenge(
        "PVE:!tfa!%7B%22totp%22%3Afalse%2C%22recovery%22%3Anull%2C%22webauthn%22%3A%7B%7D%7D:1::s"
    )};
    const auto response = pve.get("/a");
    REQUIRE_FALSE(response.has_value());
    CHECK_THAT(response.error().message, ContainsSubstring("needs a browser"));
    CHECK(person.questions.empty());
}

TEST_CASE("a refused login does not say more than PVE does", "[live]") {
    Person person;
    ApiTransport pve = person.connected();
    person.wire.answers = {Answer::failure(401, "authentication failure")};
    const auto response = pve.get("/a");
    REQUIRE_FALSE(response.has_value());
    CHECK(response.error().kind == ErrorKind::authentication);
    CHECK(
        response.error().message ==
        "cannot log in as `root@pam`: PVE answered 401: authentication failure"
    );
    CHECK_THAT(response.error().help, ContainsSubstring("realm"));
    CHECK(response.error().help.find("hunter2") == std::string::npos);
}

TEST_CASE("the secret of a token as password is explained", "[live]") {
    Person person;
    person.password = "01234567-89ab-4cde-8f01-23456789abcd";
    ApiTransport pve = person.connected();
    person.wire.answers = {Answer::failure(401, "authentication failure")};
    const auto response = pve.get("/a");
    REQUIRE_FALSE(response.has_value());
    CHECK_THAT(response.error().help, ContainsSubstring("looks like the secret of an API token"));
    CHECK(response.error().help.find(person.password) == std::string::npos);
}

TEST_CASE("a token is no user and opens no session", "[live]") {
    FakeClock clock;
    const auto authentication = authenticate(Login{"root@pam!ci", Secret("hunter2"), {}}, clock);
    REQUIRE_FALSE(authentication.has_value());
    CHECK(authentication.error().kind == ErrorKind::usage);
    CHECK_THAT(authentication.error().help, ContainsSubstring("PVEFORM_API_TOKEN"));
    CHECK_FALSE(authenticate(Login{"root", Secret("hunter2"), {}}, clock).has_value());
    CHECK_FALSE(authenticate(Login{"root@pam", Secret(), {}}, clock).has_value());
}

TEST_CASE("a write whose login got no answer was not sent", "[live]") {
    Person person;
    ApiTransport pve = person.connected();
    person.wire.answers = {Answer::lost()};
    const auto response = pve.send(Method::post, "/access/groups", {});
    REQUIRE_FALSE(response.has_value());
    CHECK(response.error().kind == ErrorKind::unreachable);
    CHECK(person.wire.requests.size() == 1);
}

TEST_CASE("a session that PVE ends is told", "[live]") {
    Person person;
    ApiTransport pve = person.connected();
    person.wire.answers = {
        session("PVE:t"), Answer::bare(401, "Permission denied - invalid csrf token")};
    const auto response = pve.send(Method::post, "/access/groups", {});
    REQUIRE_FALSE(response.has_value());
    CHECK(response.error().kind == ErrorKind::authentication);
    CHECK_THAT(response.error().message, ContainsSubstring("invalid csrf token"));
}

TEST_CASE("an answer to a login without a ticket is an error", "[live]") {
    Person person;
    ApiTransport pve = person.connected();
    person.wire.answers = {Answer::data("{}")};
    CHECK(pve.get("/a").error().kind == ErrorKind::authentication);
}

} // namespace pveform::live
