// How PVE takes the head of a request apart, line by line.

#include <string>
#include <vector>

#include "catch.hpp"

#include "simulator/request_head.hpp"

namespace pveform::simulator {

namespace {

using State = HeadReader::State;

/// Feeds a whole head, the empty line at its end included.
State read(HeadReader& reader, const std::vector<std::string>& lines) {
    State state = State::unfinished;
    for (const std::string& line : lines) {
        REQUIRE(state == State::unfinished);
        state = reader.take(line);
    }
    return state;
}

std::string refusal_of(const std::vector<std::string>& lines) {
    HeadReader reader;
    const State state = read(reader, lines);
    return state == State::refused
               ? std::to_string(reader.refusal().status) + " " + reader.refusal().reason
               : "not refused";
}

RequestHead head_of(const std::vector<std::string>& lines) {
    HeadReader reader;
    REQUIRE(read(reader, lines) == State::complete);
    return reader.head();
}

std::string target_of(const std::string& sent) {
    return head_of({"GET " + sent + " HTTP/1.1", ""}).target;
}

} // namespace

TEST_CASE("the request line is found in whatever stands around it", "[simulator]") {
    const RequestHead head = head_of({"please GET /a HTTP/1.1 now", ""});
    CHECK(head.method == "GET");
    CHECK(head.target == "/a");
}

TEST_CASE("a request line that is none is refused with 400, as HTTP/1.0", "[simulator]") {
    for (const char* line :
         {"nonsense",
          "GET /a",
          "GET  /a HTTP/1.1",
          "GET\t/a HTTP/1.1",
          "GET /a  HTTP/1.1",
          "GET /a HTTP/1",
          "GET /a HTTP/.1",
          " /a HTTP/1.1"}) {
        INFO(line);
        HeadReader reader;
        CHECK(reader.take(line) == State::refused);
        CHECK(reader.refusal().status == 400);
        CHECK(reader.refusal().reason == "bad request");
        CHECK(reader.protocol() == "HTTP/1.0");
    }
}

TEST_CASE("empty lines before the request are skipped, and counted", "[simulator]") {
    HeadReader reader;
    CHECK(read(reader, {"", "", "GET /a HTTP/1.1", ""}) == State::complete);
    CHECK(reader.request_lines() == 3);
}

TEST_CASE("versions other than 1 are refused with 506", "[simulator]") {
    CHECK(refusal_of({"GET /a HTTP/2.0"}) == "506 http protocol version 2.0 not supported");
    CHECK(refusal_of({"GET /a HTTP/0.9"}) == "506 http protocol version 0.9 not supported");
    CHECK(refusal_of({"GET /a HTTP/1.7", ""}) == "not refused");
}

TEST_CASE("an at sign before the first slash is refused", "[simulator]") {
    CHECK(refusal_of({"GET user@/api2 HTTP/1.1"}) == "400 invalid url");
    CHECK(refusal_of({"GET user@ HTTP/1.1"}) == "400 invalid url");
    CHECK(refusal_of({"GET /api2/user@pve HTTP/1.1", ""}) == "not refused");
}

TEST_CASE("a target loses scheme, authority and fragment, nothing else", "[simulator]") {
    CHECK(target_of("/api2/json/version") == "/api2/json/version");
    CHECK(target_of("/a%2Fb?x=%41&y=/z") == "/a%2Fb?x=%41&y=/z");
    CHECK(target_of("https://host:8006/a?b") == "/a?b");
    CHECK(target_of("https://host?b") == "?b");
    CHECK(target_of("https://host") == "");
    CHECK(target_of("//host/a") == "/a");
    CHECK(target_of("/a#b?c") == "/a");
    CHECK(target_of("/a?b#c") == "/a?b");
    CHECK(target_of("/a:b") == "/a:b");
    CHECK(target_of("api2/json") == "api2/json");
}

TEST_CASE("methods that PVE does not know are refused without a body", "[simulator]") {
    for (const std::string method : {"HEAD", "PATCH", "OPTIONS", "get", "FOO"}) {
        HeadReader reader;
        CHECK(read(reader, {method + " /a HTTP/1.1", ""}) == State::refused);
        CHECK(reader.refusal().status == 501);
        CHECK(reader.refusal().reason == "method '" + method + "' not available");
        CHECK(reader.refusal().body.empty());
        CHECK(reader.protocol() == "HTTP/1.1");
    }
}

TEST_CASE("every transfer encoding is refused, the method first", "[simulator]") {
    CHECK(
        refusal_of({"POST /a HTTP/1.1", "Transfer-Encoding: Chunked", ""}) ==
        "501 chunked transfer encoding not supported"
    );
    CHECK(
        refusal_of({"POST /a HTTP/1.1", "transfer-encoding:identity", ""}) ==
        "501 Unknown transfer encoding 'identity'"
    );
    CHECK(
        refusal_of({"PATCH /a HTTP/1.1", "Transfer-Encoding: chunked", ""}) ==
        "501 method 'PATCH' not available"
    );
}

TEST_CASE("headers are found whatever their case, and joined where repeated", "[simulator]") {
    const RequestHead head =
        head_of({"GET /a HTTP/1.1", "X-One: 1", "x_one :2", "x-ONE:\t3  ", "Empty:", ""});
    CHECK(head.header("X-One") == "1, 2, 3  ");
    CHECK(head.header("empty") == "");
    CHECK(head.header("Absent") == std::nullopt);
}

TEST_CASE("a header goes on in the next line after a blank", "[simulator]") {
    const RequestHead head = head_of({"GET /a HTTP/1.1", "X: a", "  b", "\tc", "Y: d", ""});
    CHECK(head.header("X") == "a b c");
    CHECK(head.header("Y") == "d");
}

TEST_CASE("a header without a colon is refused with 506", "[simulator]") {
    CHECK(refusal_of({"GET /a HTTP/1.1", "nonsense"}) == "506 unable to parse request header");
    CHECK(refusal_of({"GET /a HTTP/1.1", "a b: c"}) == "506 unable to parse request header");
    CHECK(refusal_of({"GET /a HTTP/1.1", ": c"}) == "506 unable to parse request header");
}

TEST_CASE("62 headers are fine, 63 are met with silence", "[simulator]") {
    std::vector<std::string> lines = {"GET /a HTTP/1.1"};
    lines.insert(lines.end(), 62, "X: v");
    lines.emplace_back();
    HeadReader fine;
    CHECK(read(fine, lines) == State::complete);

    lines.insert(lines.end() - 1, "X: v");
    HeadReader too_many;
    CHECK(read(too_many, lines) == State::abandoned);
}

TEST_CASE("8191 bytes of headers are fine, 8192 are met with silence", "[simulator]") {
    HeadReader fine;
    CHECK(read(fine, {"GET /a HTTP/1.1", "X: " + std::string(8188, 'v'), ""}) == State::complete);
    HeadReader too_big;
    CHECK(read(too_big, {"GET /a HTTP/1.1", "X: " + std::string(8189, 'v')}) == State::abandoned);
}

TEST_CASE("the request line may be longer than all headers", "[simulator]") {
    const std::string target = "/" + std::string(20'000, 'x');
    CHECK(target_of(target) == target);
}

TEST_CASE("a connection is kept unless the client or HTTP/1.0 says otherwise", "[simulator]") {
    const auto keeps = [](const std::vector<std::string>& lines) {
        HeadReader reader;
        REQUIRE(read(reader, lines) == State::complete);
        return reader.wants_keep_alive();
    };
    CHECK(keeps({"GET /a HTTP/1.1", ""}));
    CHECK(keeps({"GET /a HTTP/1.0", "Connection: keep-alive", ""}));
    CHECK_FALSE(keeps({"GET /a HTTP/1.0", ""}));
    CHECK_FALSE(keeps({"GET /a HTTP/1.1", "Connection: Close", ""}));
    CHECK_FALSE(keeps({"GET /a HTTP/1.1", "Connection: keep-alive", "Connection: close", ""}));
}

TEST_CASE("bodies are for POST and PUT, form or JSON, and at most 512 KiB", "[simulator]") {
    const auto refusal = [](const std::string& method, const std::vector<std::string>& headers) {
        std::vector<std::string> lines = {method + " /a HTTP/1.1"};
        lines.insert(lines.end(), headers.begin(), headers.end());
        lines.emplace_back();
        const std::optional<Response> answer = refuse_body(head_of(lines));
        return answer ? std::to_string(answer->status) + " " + answer->reason : "none";
    };
    CHECK(refusal("GET", {}) == "none");
    CHECK(refusal("GET", {"Content-Length: 0"}) == "none");
    CHECK(refusal("GET", {"Content-Length: 3"}) == "501 Unexpected content for method 'GET'");
    CHECK(refusal("DELETE", {"Content-Length: 3"}) == "501 Unexpected content for method 'DELETE'");
    CHECK(refusal("PUT", {"Content-Length: 3"}) == "none");
    CHECK(refusal("PUT", {"Content-Length: 524288"}) == "none");
    CHECK(refusal("PUT", {"Content-Length: 524289"}) == "501 for data too large");
    for (const std::string type :
         {"application/json",
          "application/x-www-form-urlencoded ; charset=utf-8",
          "application/json,x",
          ";"}) {
        INFO(type);
        CHECK(refusal("POST", {"Content-Length: 3", "Content-Type: " + type}) == "none");
    }
    for (const std::string type : {"text/plain", "Application/JSON", "application/json "}) {
        INFO(type);
        CHECK(
            refusal("POST", {"Content-Length: 3", "Content-Type: " + type}) ==
            "506 upload 'Content-Type '" + type + "' not implemented"
        );
    }
    CHECK(refusal("POST", {"Content-Type: text/plain"}) == "none");
}

TEST_CASE("a body is as long as Perl understands its length", "[simulator]") {
    const auto size = [](const std::string& length) {
        return body_size(head_of({"PUT /a HTTP/1.1", "Content-Length: " + length, ""}));
    };
    CHECK(size("12") == 12);
    CHECK(size("12, 12") == 12);
    CHECK(size("012") == 12);
    CHECK(size("many") == 0);
    CHECK(size("-5") == 0);
}

} // namespace pveform::simulator
