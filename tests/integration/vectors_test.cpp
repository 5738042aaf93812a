// The permission vectors through GET /access/permissions of the simulator.

#include <fstream>
#include <sstream>
#include <string>

#include "integration/run.hpp"
#include "json/read.hpp"

using namespace pveform;       // NOLINT: a test's own small world
using namespace pveform::test; // NOLINT

namespace {

const std::string shared = std::string(PVEFORM_SOURCE_DIR) + "/../shared/";

/// Somebody who may ask about everybody (root@pam is disabled in some of the configurations).
const std::string asker = "\nuser:asker@pve:1:0::::::\ntoken:asker@pve!ask:0:0::\n"
                          "acl:1:/access:asker@pve:PVEAuditor:\n";

struct Counts {
    std::size_t same = 0;
    std::size_t refused = 0; // ids and paths that the parameters of the call do not allow
};

void check_vector(const json::Value& vector, Counts& counts) {
    const std::string& config = *vector.find("config")->as_string();
    INFO(config);
    SimulatedCluster cluster(config + asker, {{"asker@pve!ask", root_secret}});
    const auto pve = cluster.client("asker@pve!ask", root_secret);
    for (const json::Value& query : *vector.find("queries")->as_array()) {
        const std::string& id = *query.find("principal")->as_string();
        const std::string& path = *query.find("path")->as_string();
        INFO(id << " at " << path);
        const bool is_given = !path.empty() && path != "0";
        const auto answer = pve->get("/access/permissions", {{"userid", id}, {"path", path}});
        REQUIRE(answer);
        if (answer->status == 400 || !is_given) {
            ++counts.refused;
            continue;
        }
        const auto body = json::parse(answer->body);
        REQUIRE(body);
        const json::Value* held = body->find("data")->find(path);
        REQUIRE(held != nullptr);
        std::map<std::string, std::int64_t> given;
        for (const auto& [name, flag] : *held->as_object()) {
            given[name] = *flag.as_int();
        }
        std::map<std::string, std::int64_t> expected;
        for (const auto& [name, flag] : *query.find("privileges")->as_object()) {
            expected[name] = *flag.as_int();
        }
        REQUIRE(given == expected);
        ++counts.same;
    }
}

} // namespace

TEST_CASE("the simulator computes the permissions that PVE computes", "[integration]") {
    std::ifstream lines(shared + "conformance/permission-vectors.jsonl");
    std::ifstream examples(shared + "pve-perm-vectors.json");
    if (!lines || !examples) {
        WARN("no shared vectors beside this clone: skipped");
        return;
    }
    Counts counts;
    for (std::string line; std::getline(lines, line);) {
        check_vector(json::parse(line).value(), counts);
    }
    std::stringstream text;
    text << examples.rdbuf();
    const json::Value all = json::parse(text.str()).value();
    for (const json::Value& vector : *all.find("vectors")->as_array()) {
        check_vector(vector, counts);
    }
    WARN(counts.same << " the same, " << counts.refused << " that the call does not take");
    CHECK(counts.same > 8500);
}
