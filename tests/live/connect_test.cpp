#include "live/connect.hpp"

#include "catch.hpp"
#include "live/read.hpp"
#include "live/tls_server.hpp"
#include "support/fake_clock.hpp"

namespace pveform::live {

namespace {

using test::FakeClock;

FileSystem& files = posix_file_system();

const std::string secret = "01234567-89ab-4cde-8f01-23456789abcd";

ExtraHeader header(const std::string& name, const std::string& value) {
    return {name, std::make_shared<const Secret>(value)};
}

/// The error of a connection with this header.
Error error_with(const ExtraHeader& extra, const Credentials& credentials) {
    FakeClock clock;
    Connection connection;
    connection.endpoint = "https://pve1:8006";
    connection.headers = {extra};
    const auto pve = connect_for_reading(connection, credentials, files, clock);
    REQUIRE_FALSE(pve.has_value());
    return pve.error();
}

} // namespace

TEST_CASE("a connection is made of an endpoint, credentials and nothing sent", "[live]") {
    FakeClock clock;
    Connection connection;
    connection.endpoint = "https://pve1:8006";
    CHECK(connect_for_writing(connection, ApiToken{"ci@pve!plan", Secret(secret)}, files, clock));
    CHECK(connect_for_reading(connection, Login{"root@pam", Secret("hunter2"), {}}, files, clock));
    connection.headers = {header("CF-Access-Client-Id", "a b/c=d")};
    CHECK(connect_for_reading(connection, NoCredentials{}, files, clock));
    connection.endpoint = "http://pve1:8006";
    CHECK_FALSE(connect_for_reading(connection, NoCredentials{}, files, clock));
}

TEST_CASE("headers that break a request or contradict it are refused", "[live]") {
    const Credentials token = ApiToken{"ci@pve!plan", Secret(secret)};
    const Credentials login = Login{"root@pam", Secret("hunter2"), {}};
    const Credentials none = NoCredentials{};
    for (const auto* name : {"", "a b", "a:b", "a\r\nb", "Host", "content-LENGTH", "Expect"}) {
        CHECK(error_with(header(name, "x"), none).kind == ErrorKind::usage);
    }
    const Error broken = error_with(header("X-Gate", "open\r\nX-Other: sesame"), none);
    CHECK_THAT(broken.message, ContainsSubstring("`X-Gate`"));
    CHECK(broken.message.find("sesame") == std::string::npos);
    CHECK_THAT(
        error_with(header("Authorization", "Basic eA=="), token).message,
        ContainsSubstring("pveform sends it itself")
    );
    CHECK_THAT(
        error_with(header("Cookie", "a=b"), login).message,
        ContainsSubstring("pveform sends it itself")
    );
}

TEST_CASE("credentials know who they are", "[live]") {
    CHECK(identity(ApiToken{"ci@pve!plan", Secret(secret)}) == "ci@pve!plan");
    CHECK(identity(Login{"root@pam", Secret("hunter2"), {}}) == "root@pam");
    CHECK(identity(NoCredentials{}).empty());
}

TEST_CASE("a request goes all the way, with the token and over TLS", "[live][network]") {
    const test::TlsServer server;
    FakeClock clock;
    const auto pve = connect_for_reading(
        server.connection(), ApiToken{"ci@pve!plan", Secret(secret)}, files, clock
    );
    REQUIRE(pve.has_value());
    const auto response = (*pve)->get("/echo");
    REQUIRE(response.has_value());
    CHECK_THAT(
        response->body, ContainsSubstring("authorization: PVEAPIToken=ci@pve!plan=" + secret)
    );
}

TEST_CASE("a server that answers with a web page is not taken for PVE", "[live][network]") {
    const test::TlsServer server;
    Connection connection = server.connection();
    connection.endpoint += "/page"; // as a gateway's folder: everything below it is one page
    FakeClock clock;
    const auto pve =
        connect_for_reading(connection, ApiToken{"ci@pve!plan", Secret(secret)}, files, clock);
    const auto view = fetch(**pve, "ci@pve!plan");
    REQUIRE_FALSE(view.has_value());
    CHECK(
        view.error().message == "cannot read the version: the server answered 200 with a web page"
    );
    CHECK_THAT(view.error().help, ContainsSubstring("https://HOST:8006"));
}

} // namespace pveform::live
