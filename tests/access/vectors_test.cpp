// The permission algorithm against what PVE itself computes, where the shared vectors are at hand.
#include <fstream>
#include <sstream>
#include <string>

#include "catch.hpp"

#include "access/evaluator.hpp"
#include "formats/cluster_state.hpp"
#include "json/read.hpp"

using namespace pveform;

namespace {

const std::string shared = std::string(PVEFORM_SOURCE_DIR) + "/../shared/";

Principal principal_of(const std::string& id) {
    const bool is_token = id.rfind('!') != std::string::npos && id.rfind('!') > id.rfind('@');
    return {is_token ? PrincipalKind::token : PrincipalKind::user, id};
}

/// Checks one `{"config": …, "queries": […]}`; gives the number of queries.
std::size_t check_vector(const json::Value& vector) {
    const State state = formats::read_state(*vector.find("config")->as_string(), "", {9, 2});
    const access::Evaluator evaluator(state);
    std::size_t checked = 0;
    for (const json::Value& query : *vector.find("queries")->as_array()) {
        const std::string& id = *query.find("principal")->as_string();
        const std::string& path = *query.find("path")->as_string();
        access::Privileges expected;
        for (const auto& [name, flag] : *query.find("privileges")->as_object()) {
            expected[Privilege{name}] = *flag.as_int() != 0;
        }
        INFO(id << " at " << path);
        REQUIRE(evaluator.privileges(principal_of(id), path) == expected);
        ++checked;
    }
    return checked;
}

} // namespace

TEST_CASE("random configurations give every principal what PVE gives it", "[access]") {
    std::ifstream file(shared + "conformance/permission-vectors.jsonl");
    if (!file) {
        WARN("no shared vectors beside this clone: skipped");
        return;
    }
    std::size_t checked = 0;
    for (std::string line; std::getline(file, line);) {
        const auto vector = json::parse(line);
        REQUIRE(vector.has_value());
        INFO(*vector->find("config")->as_string());
        checked += check_vector(*vector);
    }
    CHECK(checked > 1000);
}

TEST_CASE("the worked examples of the facts hold on PVE's own results", "[access]") {
    std::ifstream file(shared + "pve-perm-vectors.json");
    if (!file) {
        WARN("no shared vectors beside this clone: skipped");
        return;
    }
    std::stringstream text;
    text << file.rdbuf();
    const auto vectors = json::parse(text.str());
    REQUIRE(vectors.has_value());
    for (const json::Value& vector : *vectors->find("vectors")->as_array()) {
        INFO(*vector.find("id")->as_string());
        CHECK(check_vector(vector) > 0);
    }
}
