// Answers of a real PVE (../shared/conformance, where it is there) against our reading of them.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "catch.hpp"
#include "live/fake_transport.hpp"
#include "live/read.hpp"
#include "json/read.hpp"
#include "json/write.hpp"

namespace pveform::live {

namespace {

const std::filesystem::path recordings =
    std::filesystem::path(PVEFORM_SOURCE_DIR) / "../shared/conformance/recordings";

std::vector<std::filesystem::path> scenarios() {
    std::vector<std::filesystem::path> paths;
    if (std::filesystem::exists(recordings)) {
        for (const auto& entry : std::filesystem::directory_iterator(recordings)) {
            paths.push_back(entry.path());
        }
    }
    return paths;
}

json::Value load(const std::filesystem::path& path) {
    std::ifstream stream(path);
    const std::string text(std::istreambuf_iterator<char>(stream), {});
    auto value = json::parse(text);
    REQUIRE(value.has_value());
    return std::move(*value);
}

std::string text_of(const json::Value& value, std::string_view key) {
    const json::Value* member = value.find(key);
    const std::string* text = member != nullptr ? member->as_string() : nullptr;
    return text != nullptr ? *text : std::string();
}

test::Answer answer_of(const json::Value& response) {
    test::Answer answer;
    const json::Value* status = response.find("status");
    answer.status =
        status != nullptr && status->as_int() != nullptr ? static_cast<int>(*status->as_int()) : 0;
    answer.reason = text_of(response, "reason");
    const json::Value* body = response.find("json");
    answer.body = body != nullptr ? json::dump(*body) : text_of(response, "text");
    if (body == nullptr) {
        answer.content_type.clear();
    }
    return answer;
}

bool is_read(const std::string& request) {
    static const std::set<std::string> reads = {
        "GET /version",
        "GET /access/domains",
        "GET /access/roles",
        "GET /access/groups",
        "GET /access/acl",
        "GET /access/users?full=1"};
    return reads.contains(request);
}

} // namespace

TEST_CASE("every read that was recorded is understood, alone and as a whole view", "[live]") {
    if (scenarios().empty()) {
        WARN("skipped: there are no recordings beside this repository");
        return;
    }
    int views = 0;
    for (const auto& path : scenarios()) {
        INFO(path.filename().string());
        const json::Value scenario = load(path);
        // What an administrator read since the last write.
        std::map<std::string, test::Answer> read;
        for (const json::Value& exchange : *scenario.find("exchanges")->as_array()) {
            const std::string query = text_of(exchange, "query");
            const std::string request = text_of(exchange, "method") + " " +
                                        text_of(exchange, "path") + (query.empty() ? "" : "?") +
                                        query;
            if (!request.starts_with("GET ")) {
                read.clear();
            } else if (is_read(request) && text_of(exchange, "as") == "ci") {
                read[request] = answer_of(*exchange.find("response"));
            }
        }
        const bool fits_together =
            read.contains("GET /access/users?full=1") && read.contains("GET /access/groups") &&
            read.contains("GET /access/roles") && read.contains("GET /access/acl");
        if (!fits_together) {
            continue;
        }
        test::FakeTransport pve = test::small_cluster(); // its version, permissions and pools
        pve.answer("GET /access/domains/corp", test::Answer::data(R"({"type":"ldap"})"));
        for (const auto& [request, answer] : read) {
            pve.forget(request);
            pve.answer(request, answer);
        }
        // Entries on the paths of groups, which the permissions above know nothing of.
        pve.answer("GET /access/permissions?path=", test::Answer::data("{}"));
        pve.forget("GET /access/permissions");
        pve.answer("GET /access/permissions", test::Answer::data(R"({
            "/access":{"Sys.Audit":1},"/access/groups":{"Sys.Audit":1},
            "/access/groups/ops":{"Sys.Audit":1},"/access/groups/dev":{"Sys.Audit":1},
            "/access/groups/empty":{"Sys.Audit":1},"/pool":{"Pool.Audit":1}})"));
        const auto view = fetch(pve, "ci@pve!plan");
        INFO((view ? std::string() : view.error().message));
        REQUIRE(view.has_value());
        CHECK(view->state.users.contains(root_user));
        CHECK(view->state.privileges().size() == 47);
        ++views;
    }
    CHECK(views >= 20); // the random scenarios end with one each
}

} // namespace pveform::live
