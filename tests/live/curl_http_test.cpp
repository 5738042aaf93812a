#include "live/curl_http.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "catch.hpp"
#include "live/tls_server.hpp"
#include "support/memory_files.hpp"

namespace pveform::live {

namespace {

using test::Listener;
using test::TlsServer;

HttpRequest
request(const std::string& method, const std::string& path, Parameters parameters = {}) {
    return {.method = method, .path = path, .parameters = std::move(parameters), .headers = {}};
}

HttpRequest get(const std::string& path) {
    return request("GET", path);
}

std::unique_ptr<Http>
connected(const Connection& connection, FileSystem& files = posix_file_system()) {
    auto http = make_curl_http(connection, files);
    REQUIRE(http.has_value());
    return std::move(*http);
}

/// The error of a GET on a new connection.
Error error_of(const Connection& connection, const std::string& path = "/version") {
    const auto response = connected(connection)->exchange(get(path));
    REQUIRE_FALSE(response.has_value());
    return response.error().error;
}

std::string body_of(const std::expected<Response, HttpFailure>& response) {
    if (!response) {
        FAIL(response.error().error.message);
    }
    return response->body;
}

std::size_t requests_to(const TlsServer& server, const std::string& request) {
    return static_cast<std::size_t>(std::ranges::count_if(
        server.log(), [&](const std::string& line) { return line.starts_with(request + " "); }
    ));
}

} // namespace

TEST_CASE("a request arrives with its headers and body", "[live][network]") {
    const TlsServer server;
    const auto http = connected(server.connection());
    HttpRequest put = request("PUT", "/echo", {{"a", "1"}, {"b", " "}});
    put.headers.emplace_back("Authorization: PVEAPIToken=a@pve!b=c");
    const std::string echo = body_of(http->exchange(put));
    CHECK_THAT(echo, ContainsSubstring("PUT\n"));
    CHECK_THAT(echo, ContainsSubstring("authorization: PVEAPIToken=a@pve!b=c\n"));
    CHECK_THAT(echo, ContainsSubstring("content-type: application/x-www-form-urlencoded\n"));
    CHECK_THAT(echo, ContainsSubstring("content-length: 9\n"));
    CHECK_THAT(echo, ContainsSubstring("\n\na=1&b=%20"));
    CHECK(echo.find("expect:") == std::string::npos);
}

TEST_CASE("writes without parameters have an empty body, DELETE has none", "[live][network]") {
    const TlsServer server;
    const auto http = connected(server.connection());
    for (const auto* method : {"POST", "PUT"}) {
        const std::string echo = body_of(http->exchange(request(method, "/echo")));
        CHECK_THAT(echo, ContainsSubstring(std::string(method) + "\n"));
        CHECK_THAT(echo, ContainsSubstring("content-length: 0\n"));
    }
    const std::string echo = body_of(http->exchange(request("DELETE", "/echo")));
    CHECK_THAT(echo, ContainsSubstring("DELETE\n"));
    CHECK(echo.find("content-length:") == std::string::npos);
}

TEST_CASE("nothing of a request is left in the next one", "[live][network]") {
    const TlsServer server;
    const auto http = connected(server.connection());
    const Secret password("secret");
    HttpRequest first = request("PUT", "/echo", {{"password", &password}});
    first.headers.emplace_back("X-First: yes");
    static_cast<void>(body_of(http->exchange(first)));
    const std::string echo = body_of(http->exchange(get("/echo")));
    CHECK(echo.starts_with("GET\n"));
    CHECK(echo.find("secret") == std::string::npos);
    CHECK(echo.find("x-first") == std::string::npos);
}

TEST_CASE("status, reason, type and date of an answer are kept", "[live][network]") {
    const TlsServer server;
    const auto http = connected(server.connection());
    auto response = http->exchange(get("/reason"));
    REQUIRE(response.has_value());
    CHECK(response->status == 500);
    CHECK(response->reason == "no such user ('\xE4@pve')");
    response = http->exchange(get("/html"));
    CHECK(response->content_type == "text/html");
    CHECK(response->body == "<html>Welcome</html>");
    response = http->exchange(get("/dated"));
    CHECK(response->date == UnixSeconds{1'800'000'000});
    CHECK(response->content_type == "application/json;charset=UTF-8");
}

TEST_CASE("a redirect is an answer and is not followed", "[live][network]") {
    const TlsServer server;
    const auto response = connected(server.connection())->exchange(get("/redirect"));
    REQUIRE(response.has_value());
    CHECK(response->status == 302);
    CHECK(response->location == "https://127.0.0.1:1/elsewhere");
}

TEST_CASE("parameters of GET and DELETE are in the address", "[live][network]") {
    const TlsServer server;
    const auto http = connected(server.connection());
    for (const auto* method : {"GET", "DELETE"}) {
        static_cast<void>(body_of(http->exchange(request(method, "/x", {{"a", "1&2"}, {"b", ""}})))
        );
        CHECK(requests_to(server, std::string(method) + " /api2/json/x?a=1%262&b=") == 1);
    }
}

TEST_CASE("headers for a gateway go with every request", "[live][network]") {
    const TlsServer server;
    Connection connection = server.connection();
    connection.headers = {{"X-Gate", std::make_shared<const Secret>("open sesame")}};
    const auto http = connected(connection);
    for (const auto* method : {"GET", "POST"}) {
        CHECK_THAT(
            body_of(http->exchange(request(method, "/echo"))),
            ContainsSubstring("x-gate: open sesame\n")
        );
    }
}

TEST_CASE("dots in a path are sent as they are", "[live][network]") {
    const TlsServer server;
    static_cast<void>(body_of(connected(server.connection())->exchange(get("/access/groups/.."))));
    CHECK(requests_to(server, "GET /api2/json/access/groups/..") == 1);
}

TEST_CASE("a compressed answer is asked for and unpacked", "[live][network]") {
    const TlsServer server;
    CHECK(
        body_of(connected(server.connection())->exchange(get("/gzip"))) == std::string(100'000, 'x')
    );
}

TEST_CASE("an answer that is too large is cut off, packed or not", "[live][network]") {
    const TlsServer server;
    Connection connection = server.connection();
    connection.max_body_bytes = 64 * 1024;
    for (const auto* path : {"/large", "/gzip"}) { // the latter is small on the wire
        const Error error = error_of(connection, path);
        CHECK(error.kind == ErrorKind::connection);
        CHECK(
            error.message ==
            "the answer from `" + server.address(Listener::good) + "` is larger than 64 KiB"
        );
    }
}

TEST_CASE("connections are kept, and TLS sessions are resumed on new ones", "[live][network]") {
    const TlsServer server;
    const auto http = connected(server.connection());
    for (const auto* path : {"/one", "/two", "/protected", "/three"}) {
        static_cast<void>(body_of(http->exchange(get(path))));
    }
    const auto log = server.log();
    REQUIRE(log.size() == 4);
    CHECK_THAT(log[0], ContainsSubstring("resumed=0 connection=1 request=1"));
    CHECK_THAT(log[1], ContainsSubstring("connection=1 request=2"));
    CHECK_THAT(log[2], ContainsSubstring("connection=1 request=3"));
    CHECK_THAT(log[3], ContainsSubstring("resumed=1 connection=2 request=1"));
}

TEST_CASE("a write never goes over a connection that was used before", "[live][network]") {
    const TlsServer server;
    const auto http = connected(server.connection());
    static_cast<void>(body_of(http->exchange(get("/one"))));
    static_cast<void>(body_of(http->exchange(request("POST", "/two"))));
    CHECK_THAT(server.log()[1], ContainsSubstring("resumed=1 connection=2 request=1"));
}

TEST_CASE("a GET over a kept connection that turns out dead is sent again", "[live][network]") {
    const TlsServer server;
    const auto http = connected(server.connection());
    static_cast<void>(body_of(http->exchange(get("/stale"))));
    CHECK(body_of(http->exchange(get("/next"))) == R"({"data":1})");
    CHECK(requests_to(server, "GET /api2/json/next") == 1);
}

TEST_CASE(
    "a GET that a kept connection swallows is sent again, a write is not", "[live][network]"
) {
    const TlsServer server;
    const auto http = connected(server.connection());
    static_cast<void>(body_of(http->exchange(get("/deaf"))));
    CHECK(body_of(http->exchange(get("/next"))) == R"({"data":1})");
    CHECK(requests_to(server, "GET /api2/json/next") == 2);

    static_cast<void>(body_of(http->exchange(get("/deaf"))));
    CHECK(http->exchange(request("POST", "/next")).has_value());
    CHECK(requests_to(server, "POST /api2/json/next") == 1); // on a connection of its own
}

TEST_CASE("a write whose answer does not come is not sent again", "[live][network]") {
    const TlsServer server;
    const auto http = connected(server.connection());
    static_cast<void>(body_of(http->exchange(get("/one"))));
    for (const auto* path : {"/drop", "/half", "/garbage"}) {
        const auto response = http->exchange(request("POST", path, {{"a", "1"}}));
        REQUIRE_FALSE(response.has_value());
        CHECK(response.error().error.kind == ErrorKind::connection);
        CHECK(requests_to(server, std::string("POST /api2/json") + path) == 1);
    }
}

TEST_CASE("a write that a server refuses to talk about was not executed", "[live][network]") {
    const TlsServer server;
    Connection connection = server.connection();
    connection.ca_file = server.file("other-ca.pem");
    const auto response = connected(connection)->exchange(request("POST", "/one", {{"a", "1"}}));
    REQUIRE_FALSE(response.has_value());
    CHECK(response.error().error.kind == ErrorKind::unreachable);
    CHECK(server.log().empty());
}

TEST_CASE("an answer that takes too long is given up", "[live][network]") {
    const TlsServer server;
    Connection connection = server.connection();
    connection.timeout = std::chrono::seconds(1);
    const auto http = connected(connection);
    for (int i = 0; i < 10 && !http->exchange(get("/one")); ++i) {
        // until a connection is there, so that none has to be made in the time that is measured
    }
    const auto response = http->exchange(get("/never"));
    REQUIRE_FALSE(response.has_value());
    const Error& error = response.error().error;
    CHECK(error.kind == ErrorKind::connection);
    CHECK(
        error.message ==
        "no complete answer from `" + server.address(Listener::good) + "` within 1 s"
    );
    CHECK_THAT(error.help, ContainsSubstring("--timeout"));
}

TEST_CASE("a server that accepts and says nothing is unreachable", "[live][network]") {
    const TlsServer server;
    Connection connection = server.connection(Listener::silent);
    connection.connect_timeout = std::chrono::seconds(1);
    const Error error = error_of(connection);
    CHECK(error.kind == ErrorKind::unreachable);
    CHECK_THAT(error.message, ContainsSubstring("does not answer in TLS"));
}

TEST_CASE("a port on which nobody listens is unreachable", "[live][network]") {
    const TlsServer server;
    const Error error = error_of(server.connection(Listener::closed));
    CHECK(error.kind == ErrorKind::unreachable);
    CHECK_THAT(
        error.message,
        ContainsSubstring(
            "cannot connect to `" + server.address(Listener::closed) + "`: Connection refused"
        )
    );
    CHECK_THAT(error.help, ContainsSubstring("pveproxy"));
}

TEST_CASE("a name that does not exist is told", "[live][network]") {
    Connection connection;
    const std::string name(64, 'x'); // too long a label: found out without asking anybody
    connection.endpoint = "https://" + name + ":8006";
    const Error error = error_of(connection);
    CHECK(error.kind == ErrorKind::unreachable);
    CHECK(
        error.message ==
        "cannot reach PVE at `" + connection.endpoint + "`: the name `" + name + "` cannot be found"
    );
}

TEST_CASE(
    "a server that speaks plain HTTP is told from one that does not speak", "[live][network]"
) {
    const TlsServer server;
    const Error error = error_of(server.connection(Listener::plain));
    CHECK(error.kind == ErrorKind::unreachable);
    CHECK(
        error.message == "cannot reach PVE at `https://" + server.address(Listener::plain) +
                             "`: `" + server.address(Listener::plain) +
                             "` does not speak TLS: it answers plain text"
    );
    CHECK_THAT(error.help, ContainsSubstring("8006"));
    CHECK(server.log().empty());
}

TEST_CASE("a certificate of another authority is refused, with what to do", "[live][network]") {
    const TlsServer server;
    Connection connection = server.connection();
    connection.ca_file = server.file("other-ca.pem");
    const Error error = error_of(connection);
    CHECK(error.kind == ErrorKind::unreachable);
    CHECK_THAT(error.message, ContainsSubstring("not signed by an authority in `"));
    CHECK_THAT(error.help, ContainsSubstring("/etc/pve/pve-root-ca.pem"));
    CHECK_THAT(join(error.notes, "\n"), ContainsSubstring(server.fingerprint(Listener::good)));
    CHECK_THAT(join(error.notes, "\n"), ContainsSubstring("CN = Test authority"));
    CHECK(server.log().empty());
}

TEST_CASE("the system's authorities do not know a cluster's own", "[live][network]") {
    const TlsServer server;
    Connection connection = server.connection();
    connection.ca_file.reset();
    const Error error = error_of(connection);
    CHECK(error.kind == ErrorKind::unreachable);
    CHECK_THAT(
        error.message, ContainsSubstring("not signed by an authority that this system knows")
    );
    CHECK_THAT(error.help, ContainsSubstring("ca_file"));
    CHECK(server.log().empty());
}

TEST_CASE("a CA file that is none is a matter of this machine", "[live][network]") {
    const TlsServer server;
    std::ofstream(server.file("broken.pem")) << "-----BEGIN CERTIFICATE-----\nnone\n";
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"missing.pem", "missing.pem`: No such file or directory"},
        {"nonsense.pem", "nonsense.pem`: it holds no certificate"},
        {"broken.pem", "broken.pem`: what it holds is no certificate that can be read"},
        {"", "/`: Is a directory"}};
    for (const auto& [name, reason] : cases) {
        Connection connection = server.connection();
        connection.ca_file = server.file(name);
        connection.ca_file_place = {std::make_shared<SourceFile>("a.yaml", "ca"), 1, 1, 2};
        const Error error = error_of(connection);
        CHECK(error.kind == ErrorKind::io);
        CHECK_THAT(error.message, Catch::Matchers::EndsWith(reason));
        CHECK(error.span.file_and_line() == "a.yaml:1");
    }
    CHECK(server.log().empty());
}

TEST_CASE("what is wrong with a CA file is asked of the files at hand", "[live][network]") {
    const TlsServer server;
    Connection connection = server.connection();
    connection.ca_file = server.file("missing.pem");
    test::MemoryFiles files;
    files.add_file(connection.ca_file->string(), "no certificate");
    const auto response = connected(connection, files)->exchange(get("/version"));
    REQUIRE_FALSE(response.has_value());
    CHECK_THAT(
        response.error().error.message, Catch::Matchers::EndsWith("it holds no certificate")
    );
}

TEST_CASE("a certificate for other names is refused, with its names", "[live][network]") {
    const TlsServer server;
    const Error error = error_of(server.connection(Listener::elsewhere));
    CHECK(error.kind == ErrorKind::unreachable);
    CHECK_THAT(
        error.message,
        ContainsSubstring("is for `pve9.example.com`, `192.0.2.9`, not for this name")
    );
    CHECK(server.log().empty());
}

TEST_CASE("an expired certificate is refused, with its end", "[live][network]") {
    const TlsServer server;
    const Error error = error_of(server.connection(Listener::expired));
    CHECK(error.kind == ErrorKind::unreachable);
    CHECK_THAT(error.message, ContainsSubstring("has expired on 20"));
    CHECK_THAT(error.help, ContainsSubstring("pvecm updatecerts"));
}

TEST_CASE("any certificate is accepted where that was asked for", "[live][network]") {
    const TlsServer server;
    for (const Listener listener : {Listener::good, Listener::elsewhere, Listener::expired}) {
        Connection connection = server.connection(listener);
        connection.ca_file.reset();
        connection.insecure = true;
        CHECK(body_of(connected(connection)->exchange(get("/one"))) == R"({"data":1})");
    }
}

TEST_CASE("a pinned certificate and any certificate contradict each other", "[live]") {
    Connection connection;
    connection.endpoint = "https://pve1:8006";
    connection.fingerprint = std::string(64, 'a');
    connection.insecure = true;
    const auto http = make_curl_http(connection, posix_file_system());
    REQUIRE_FALSE(http.has_value());
    CHECK(http.error().kind == ErrorKind::usage);
}

TEST_CASE("what may go well a moment later is told from what will not", "[live][network]") {
    const TlsServer server;
    const auto may_pass = [](const Connection& connection, const std::string& path) {
        return connected(connection)->exchange(get(path)).error().may_pass;
    };
    CHECK(may_pass(server.connection(), "/drop"));
    CHECK(may_pass(server.connection(), "/half"));
    CHECK(may_pass(server.connection(Listener::closed), "/"));
    CHECK_FALSE(may_pass(server.connection(Listener::expired), "/"));
    CHECK_FALSE(may_pass(server.connection(Listener::plain), "/"));
    Connection small = server.connection();
    small.max_body_bytes = 10;
    CHECK_FALSE(may_pass(small, "/large"));
}

TEST_CASE("the pinned certificate is accepted whoever signed it for whom", "[live][network]") {
    const TlsServer server;
    for (const Listener listener : {Listener::good, Listener::elsewhere, Listener::expired}) {
        Connection connection = server.connection(listener);
        connection.ca_file.reset();
        connection.fingerprint = server.fingerprint(listener);
        CHECK(body_of(connected(connection)->exchange(get("/one"))) == R"({"data":1})");
    }
}

TEST_CASE("a pinned session is resumed on new connections", "[live][network]") {
    const TlsServer server;
    Connection connection = server.connection();
    connection.fingerprint = server.fingerprint(Listener::good);
    const auto http = connected(connection);
    static_cast<void>(body_of(http->exchange(get("/protected"))));
    static_cast<void>(body_of(http->exchange(get("/two"))));
    CHECK_THAT(server.log()[1], ContainsSubstring("resumed=1"));
}

TEST_CASE("another certificate than the pinned one is refused, and shown", "[live][network]") {
    const TlsServer server;
    Connection connection = server.connection();
    connection.fingerprint = server.fingerprint(Listener::elsewhere);
    const Error error = error_of(connection);
    CHECK(error.kind == ErrorKind::unreachable);
    CHECK(
        error.message == "cannot reach PVE at `https://" + server.address(Listener::good) +
                             "`: the certificate of `" + server.address(Listener::good) +
                             "` is not the pinned one"
    );
    CHECK_THAT(error.help, ContainsSubstring("pvenode cert info"));
    CHECK_THAT(join(error.notes, "\n"), ContainsSubstring("pinned: " + *connection.fingerprint));
    CHECK_THAT(
        join(error.notes, "\n"), ContainsSubstring("SHA-256 " + server.fingerprint(Listener::good))
    );
    CHECK(server.log().empty());
}

} // namespace pveform::live
