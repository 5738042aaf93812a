// Which request a fault strikes, and how faults are written.

#include <string>

#include "catch.hpp"

#include "simulator/faults.hpp"
#include "json/read.hpp"

namespace pveform::simulator {

namespace {

FaultList list_of(const std::string& text) {
    Result<std::vector<Fault>> faults = parse_faults(text);
    REQUIRE(faults.has_value());
    FaultList list;
    list.add(*std::move(faults));
    return list;
}

std::string complaint_about(const std::string& text) {
    const Result<std::vector<Fault>> faults = parse_faults(text);
    return faults ? "none" : faults.error().message + " | " + faults.error().help;
}

} // namespace

TEST_CASE("a fault strikes the n-th matching request, once", "[simulator]") {
    FaultList list =
        list_of(R"({"fault": "drop", "method": "PUT", "path": "/access/acl", "nth": 2})");
    CHECK(list.meet("PUT", "/access/acl").empty());
    CHECK(list.meet("GET", "/access/acl").empty());
    CHECK(list.meet("PUT", "/access/acl/x").empty());
    CHECK(list.meet("PUT", "/access/acl").size() == 1);
    CHECK(list.meet("PUT", "/access/acl").empty());
    CHECK(list.to_json() == json::Value(json::Array{}));
}

TEST_CASE("a fault strikes as often as it is told to", "[simulator]") {
    FaultList list = list_of(R"([{"fault": "drop", "nth": 2, "times": 2}])");
    CHECK(list.meet("GET", "/a").empty());
    CHECK(list.meet("GET", "/b").size() == 1);
    CHECK(list.meet("POST", "/c").size() == 1);
    CHECK(list.meet("GET", "/d").empty());

    FaultList always = list_of(R"({"fault": "drop", "times": 0})");
    for (int i = 0; i < 10; ++i) {
        CHECK(always.meet("GET", "/").size() == 1);
    }
}

TEST_CASE("a star in a path stands for any text", "[simulator]") {
    FaultList list = list_of(R"({"fault": "drop", "path": "/access/users/*/token/*", "times": 0})");
    CHECK(list.meet("GET", "/access/users/a@pve/token/ci").size() == 1);
    CHECK(list.meet("GET", "/access/users/a@pve/token").empty());
    CHECK(list.meet("GET", "/access/users/a@pve").empty());
}

TEST_CASE("several faults strike one request in the order in which they came", "[simulator]") {
    FaultList list =
        list_of(R"([{"fault": "latency", "milliseconds": 5}, {"fault": "answer", "status": 596}])");
    const std::vector<FaultAction> met = list.meet("GET", "/a");
    REQUIRE(met.size() == 2);
    CHECK(std::get<Latency>(met[0]).time == std::chrono::milliseconds(5));
    const Response& response = std::get<OtherAnswer>(met[1]).response;
    CHECK(response.status == 596);
    CHECK(response.reason == "Connection timed out");
    CHECK(response.body.empty());
}

TEST_CASE("a lock time-out speaks PVE's words for the request it strikes", "[simulator]") {
    const std::string cause = "cfs-lock 'file-user_cfg' error: got lock request timeout";
    CHECK(lock_timeout_answer("PUT", "/access/acl").reason == "ACL update failed: " + cause);
    CHECK(
        lock_timeout_answer("PUT", "/access/users/a@pve/token/ci").reason ==
        "updating token info failed: " + cause
    );
    const Response response = lock_timeout_answer("DELETE", "/access/groups/ops");
    CHECK(response.status == 500);
    CHECK(
        response.body ==
        R"({"data":null,"message":"delete group failed: cfs-lock 'file-user_cfg' error: got lock request timeout\n"})"
    );
}

TEST_CASE("a writer carries a form request", "[simulator]") {
    FaultList list = list_of(R"({"fault": "writer", "request":
        {"method": "PUT", "path": "/access/groups/ops?x=1", "body": "comment=hi"}})");
    const std::vector<FaultAction> met = list.meet("GET", "/a");
    REQUIRE(met.size() == 1);
    const Request& request = std::get<OtherWriter>(met[0]).request;
    CHECK(request.head.target == "/api2/json/access/groups/ops?x=1");
    CHECK(request.head.header("content-length") == "10");
    CHECK(request.body == "comment=hi");
}

TEST_CASE("a fault that makes no sense is explained", "[simulator]") {
    CHECK(complaint_about("{").starts_with("not JSON: "));
    CHECK(complaint_about("7") == "a fault is not a JSON object | ");
    CHECK(complaint_about("{}").starts_with("`fault` is missing | known are latency, "));
    CHECK(complaint_about(R"({"fault": "dorp"})") == "unknown fault `dorp` | did you mean `drop`?");
    CHECK(
        complaint_about(R"({"fault": "drop", "wehn": "after"})") ==
        "unknown key `wehn` | did you mean `when`?"
    );
    CHECK(
        complaint_about(R"({"fault": "drop", "when": "later"})") ==
        "`when` is neither `before` nor `after` | "
    );
    CHECK(complaint_about(R"({"fault": "latency"})") == "`milliseconds` is missing | ");
    CHECK(complaint_about(R"({"fault": "answer", "status": 99})").starts_with("`status` is not"));
    CHECK(complaint_about(R"({"fault": "drop", "nth": 0})").starts_with("`nth` is 0"));
    CHECK(complaint_about(R"({"fault": "drop", "nth": -1})").starts_with("`nth` is not a number"));
    CHECK(complaint_about(R"({"fault": "drop", "path": 1})") == "`path` is not a string | ");
    CHECK(complaint_about(R"({"fault": "writer"})").starts_with("`request` is not an object"));
}

} // namespace pveform::simulator
